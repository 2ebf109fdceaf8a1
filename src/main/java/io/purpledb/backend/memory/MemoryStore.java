package io.purpledb.backend.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.google.protobuf.Message;
import io.purpledb.backend.SortedItems;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Footprint;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.memory.StateImage;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.message.Handlers;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetRemoveRequest;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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
  private final CountedMap<SortedItems> sets;
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
    this.sets = MemoryEntries.sets(new ConcurrentHashMap<>(), budget);
    this.entries = new MemoryState(log, budget::add);
  }

  /** The entries of an engine, which share the room. */
  public MemoryState entries() {
    return entries;
  }

  /**
   * Fails as storage full when a write would need more room than there is.
   *
   * @param promised the room for writes that are taken and not applied yet, in bytes
   * @return how much more room it needs, in bytes; 0 or less when none
   */
  public long requireRoom(Message write, long promised) {
    long more = 0;
    if (write instanceof SetAddRequest add) {
      more = MemoryEntries.itemBytes(sets.get(add.getKey()), add.getKey(), add.getItem());
    }
    budget.require(more, promised);
    return more;
  }

  /** The same for a commit. */
  public long requireRoom(Commit write, long promised) {
    long more = entries.bytesMore(write);
    budget.require(more, promised);
    return more;
  }

  /** More than the reply to a write has, in bytes: a set is answered whole. */
  public long mostReplyBytes(Message write) {
    if (write instanceof SetAddRequest add) {
      return SMALL_REPLY_BYTES + SortedItems.heapBytes(add.getItem()) + setBytes(add.getKey());
    }
    return write instanceof SetRemoveRequest remove
        ? SMALL_REPLY_BYTES + setBytes(remove.getKey())
        : SMALL_REPLY_BYTES;
  }

  /** On all machines the same: no item is so large that a collector would round it up. */
  private long setBytes(String key) {
    SortedItems items = sets.get(key);
    return items == null ? 0 : items.heapBytes();
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
   * Binds the operations of all services to this data.
   *
   * @param clock tells which cache entries are alive, and from when a time to live counts
   */
  public void bind(Handlers handlers, InstantSource clock) {
    new MemoryCache(cache, clock).bind(handlers);
    new MemorySet(sets).bind(handlers);
  }

  /** The data of this moment, called by the writing thread. Copies references, no values. */
  public Image image() {
    return new Image(new HashMap<>(cache.asMap()), new HashMap<>(sets.map()), entries.image());
  }

  @Override
  public void cache(String key, String value, long deadlineMillis) {
    cache.put(key, new MemoryCache.CacheEntry(value, deadlineMillis));
  }

  @Override
  public void entry(Entry entry) {
    entries.restore(entry);
  }

  @Override
  public void set(String key, SortedItems items) {
    sets.put(key, items);
  }

  /** The data of one moment. */
  public static final class Image {

    private final Map<String, MemoryCache.CacheEntry> cache;
    private final Map<String, SortedItems> sets;
    private final StateImage entries;

    private Image(
        Map<String, MemoryCache.CacheEntry> cache,
        Map<String, SortedItems> sets,
        StateImage entries) {
      this.cache = cache;
      this.sets = sets;
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
      for (Map.Entry<String, SortedItems> e : sets.entrySet()) {
        sink.set(e.getKey(), e.getValue());
      }
    }
  }
}
