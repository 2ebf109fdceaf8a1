package io.purpledb.backend.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.backend.SortedItems;
import io.purpledb.engine.Footprint;
import io.purpledb.message.Handlers;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.SetAddRequest;
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

  private final Cache<String, MemoryCache.Entry> cache;
  private final MemoryBudget budget;
  private final CountedMap<Long> counters;
  private final CountedMap<Boolean> flags;
  private final CountedMap<MemoryKv.Stored> values;
  private final CountedMap<SortedItems> sets;

  /**
   * @param cacheMaxBytes the room of the cache
   * @param maxBytes the room of all data, the cache's too. What is written is written, as on the
   *     other copies; who takes writes asks before ({@link #requireRoom})
   * @param clock tells when expired cache entries are freed
   */
  public MemoryStore(long cacheMaxBytes, long maxBytes, InstantSource clock) {
    this.cache = MemoryCache.create(clock);
    this.budget = MemoryCache.budget(cache, cacheMaxBytes, maxBytes, false);
    this.counters = MemoryEntries.counters(new ConcurrentHashMap<>(), budget);
    this.flags = MemoryEntries.flags(new ConcurrentHashMap<>(), budget);
    this.values = MemoryEntries.values(new ConcurrentHashMap<>(), budget);
    this.sets = MemoryEntries.sets(new ConcurrentHashMap<>(), budget);
  }

  /**
   * Fails as storage full when a write would need more room than there is.
   *
   * @param promised the room for writes that are taken and not applied yet, in bytes
   * @return how much more room it needs, in bytes; 0 or less when none
   */
  public long requireRoom(Message write, long promised) {
    long more = 0;
    if (write instanceof KvPutRequest put) {
      String key = put.getKey();
      long before = values.bytes(key, values.get(key));
      more = MemoryEntries.keyBytes(key) + MemoryEntries.valueBytes(put.getValue().size()) - before;
    } else if (write instanceof SetAddRequest add) {
      more = MemoryEntries.itemBytes(sets.get(add.getKey()), add.getKey(), add.getItem());
    } else if (write instanceof CounterIncrementRequest increment) {
      more = counters.get(increment.getKey()) == null ? counters.bytes(increment.getKey(), 0L) : 0;
    } else if (write instanceof FlagSetRequest set) {
      more = flags.get(set.getKey()) == null ? flags.bytes(set.getKey(), true) : 0;
    }
    budget.require(more, promised);
    return more;
  }

  /** More than any write takes of the heap whose message has so many bytes. */
  public static long mostBytes(int messageBytes) {
    return MOST_OVERHEAD_BYTES + 2L * Footprint.array(messageBytes);
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
    new MemoryCounter(counters).bind(handlers);
    new MemoryFlag(flags).bind(handlers);
    new MemoryKv(values).bind(handlers);
    new MemorySet(sets).bind(handlers);
  }

  /** The data of this moment, called by the writing thread. Copies references, no values. */
  public Image image() {
    return new Image(
        new HashMap<>(cache.asMap()),
        new HashMap<>(counters.map()),
        new HashMap<>(flags.map()),
        new HashMap<>(values.map()),
        new HashMap<>(sets.map()));
  }

  @Override
  public void cache(String key, String value, long deadlineMillis) {
    cache.put(key, new MemoryCache.Entry(value, deadlineMillis));
  }

  @Override
  public void counter(String key, long value) {
    counters.put(key, value);
  }

  @Override
  public void flag(String key, boolean value) {
    flags.put(key, value);
  }

  @Override
  public void kv(String key, ByteString value) {
    values.put(key, new MemoryKv.Stored(value));
  }

  @Override
  public void set(String key, SortedItems items) {
    sets.put(key, items);
  }

  /** The data of one moment. */
  public static final class Image {

    private final Map<String, MemoryCache.Entry> cache;
    private final Map<String, Long> counters;
    private final Map<String, Boolean> flags;
    private final Map<String, MemoryKv.Stored> values;
    private final Map<String, SortedItems> sets;

    private Image(
        Map<String, MemoryCache.Entry> cache,
        Map<String, Long> counters,
        Map<String, Boolean> flags,
        Map<String, MemoryKv.Stored> values,
        Map<String, SortedItems> sets) {
      this.cache = cache;
      this.counters = counters;
      this.flags = flags;
      this.values = values;
      this.sets = sets;
    }

    /** Gives every entry to a sink. */
    public void sendTo(EntrySink sink) throws IOException {
      for (Map.Entry<String, MemoryCache.Entry> e : cache.entrySet()) {
        sink.cache(e.getKey(), e.getValue().value(), e.getValue().deadlineMillis());
      }
      for (Map.Entry<String, Long> e : counters.entrySet()) {
        sink.counter(e.getKey(), e.getValue());
      }
      for (Map.Entry<String, Boolean> e : flags.entrySet()) {
        sink.flag(e.getKey(), e.getValue());
      }
      for (Map.Entry<String, MemoryKv.Stored> e : values.entrySet()) {
        sink.kv(e.getKey(), e.getValue().bytes());
      }
      for (Map.Entry<String, SortedItems> e : sets.entrySet()) {
        sink.set(e.getKey(), e.getValue());
      }
    }
  }
}
