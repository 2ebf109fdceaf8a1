package io.purpledb.backend.memory;

import io.purpledb.engine.Commit;
import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.memory.EvictableEntries;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.support.ChangeLog;

/** The entries of all services and their room, for an engine that keeps copies of them. */
public final class MemoryStore {

  private static final long MOST_OVERHEAD_BYTES = 512;

  /** A number, or why there is none. */
  public static final long SMALL_REPLY_BYTES = 512;

  private final MemoryBudget budget;
  private final MemoryState entries;

  /**
   * @param cacheMaxBytes the room of the cache
   * @param maxBytes the room of all data, the cache's too. What is written is written, as on the
   *     other copies; who takes writes asks before ({@link #requireRoom})
   * @param log is told of each change of an entry
   */
  public MemoryStore(long cacheMaxBytes, long maxBytes, ChangeLog log) {
    EvictableEntries cache = new EvictableEntries("cache");
    this.budget = new MemoryBudget(maxBytes, false, cacheMaxBytes, cache::resize);
    this.entries = new MemoryState(log, budget::add, cache);
  }

  public MemoryState entries() {
    return entries;
  }

  /**
   * Fails as storage full when a commit would need more room than there is.
   *
   * @param promised the room for writes that are taken and not applied yet, in bytes
   * @return how much more room it needs, in bytes; 0 or less when none
   */
  public long requireRoom(Commit write, long promised) {
    long more = entries.bytesMore(write);
    budget.require(more, promised);
    return more;
  }

  /** More than any write takes of the heap whose message has so many bytes. */
  public static long mostBytes(int messageBytes) {
    return mostBytes(messageBytes, 1);
  }

  /** The same for one that changes several entries. */
  public static long mostBytes(int messageBytes, int changes) {
    return changes * MOST_OVERHEAD_BYTES + 2L * Footprint.array(messageBytes);
  }

  /** The room that is left, in bytes. */
  public long freeBytes() {
    return budget.limit() - budget.used();
  }
}
