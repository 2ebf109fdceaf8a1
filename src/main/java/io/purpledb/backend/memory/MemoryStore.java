package io.purpledb.backend.memory;

import com.github.benmanes.caffeine.cache.Cache;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Footprint;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.memory.StateImage;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.message.Handlers;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * The data of all services in maps of its own, for an engine that keeps copies of it. Any thread
 * may read; one thread writes.
 */
public final class MemoryStore implements EntrySink {

  private static final long MOST_OVERHEAD_BYTES = 512;

  /** A number, or why there is none. */
  public static final long SMALL_REPLY_BYTES = 512;

  private final Cache<String, MemoryCache.CacheEntry> cache;
  private final MemoryBudget budget;
  private final MemoryState entries;

  /**
   * @param cacheMaxBytes the room of the cache
   * @param maxBytes the room of all data, the cache's too. What is written is written, as on the
   *     other copies; who takes writes asks before ({@link #requireRoom})
   * @param clock tells when expired cache entries are freed
   * @param log is told of each change of an entry of the engine
   */
  public MemoryStore(long cacheMaxBytes, long maxBytes, InstantSource clock, ChangeLog log) {
    this.cache = MemoryCache.create(clock);
    this.budget = MemoryCache.budget(cache, cacheMaxBytes, maxBytes, false);
    this.entries = new MemoryState(log, budget::add);
  }

  /** The entries of an engine, which share the room. */
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

  /** What all but the cache take of the heap, in bytes. */
  public long usedBytes() {
    return budget.used();
  }

  /**
   * Binds the operations of the cache to this data.
   *
   * @param clock tells which cache entries are alive, and from when a time to live counts
   */
  public void bind(Handlers handlers, InstantSource clock) {
    new MemoryCache(cache, clock).bind(handlers);
  }

  /** The data of this moment, called by the writing thread. Copies references, no values. */
  public Image image() {
    return new Image(new HashMap<>(cache.asMap()), entries.image());
  }

  @Override
  public void cache(String key, String value, long deadlineMillis) {
    cache.put(key, new MemoryCache.CacheEntry(value, deadlineMillis));
  }

  @Override
  public void entry(Entry entry) {
    entries.restore(entry);
  }

  /** The data of one moment. */
  public static final class Image {

    private final Map<String, MemoryCache.CacheEntry> cache;
    private final StateImage entries;

    private Image(Map<String, MemoryCache.CacheEntry> cache, StateImage entries) {
      this.cache = cache;
      this.entries = entries;
    }

    /** The position of the last change of the engine's entries. */
    public long position() {
      return entries.position();
    }

    /** Gives every entry to a sink. */
    public void sendTo(EntrySink sink) throws IOException {
      for (Map.Entry<String, MemoryCache.CacheEntry> e : cache.entrySet()) {
        sink.cache(e.getKey(), e.getValue().value(), e.getValue().deadlineMillis());
      }
      entries.sendTo(sink);
    }
  }
}
