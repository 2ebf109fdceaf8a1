package io.purpledb.backend.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.google.protobuf.ByteString;
import io.purpledb.backend.SortedItems;
import io.purpledb.message.Handlers;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The data of all services in maps of its own, for an engine that keeps copies of it. Any thread
 * may read; one thread writes.
 */
public final class MemoryStore implements EntrySink {

  private final Cache<String, MemoryCache.Entry> cache;
  private final Map<String, Long> counters = new ConcurrentHashMap<>();
  private final Map<String, Boolean> flags = new ConcurrentHashMap<>();
  private final Map<String, MemoryKv.Stored> values = new ConcurrentHashMap<>();
  private final Map<String, SortedItems> sets = new ConcurrentHashMap<>();

  /**
   * @param cacheMaxBytes the room of the cache
   * @param clock tells when expired cache entries are freed
   */
  public MemoryStore(long cacheMaxBytes, InstantSource clock) {
    this.cache = MemoryCache.create(cacheMaxBytes, clock);
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
        new HashMap<>(counters),
        new HashMap<>(flags),
        new HashMap<>(values),
        new HashMap<>(sets));
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
  public void set(String key, List<String> items) {
    sets.put(key, SortedItems.ofSorted(items));
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
