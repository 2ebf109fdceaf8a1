package io.purpledb.backend.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.purpledb.backend.CacheBackend;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The cache in a Caffeine cache: bounded by bytes, least valuable entries evicted first, expired
 * ones freed by its timer wheel without being read.
 *
 * @param entries the store that the instances of all event loops share
 * @param clock tells what is alive, and from when a time to live counts
 */
record MemoryCache(Cache<String, MemoryCache.CacheEntry> entries, InstantSource clock)
    implements MemoryBackend, CacheBackend {

  /** What an entry costs beside its text: objects, references, bookkeeping. Measured roughly. */
  private static final int ENTRY_OVERHEAD_BYTES = 150;

  /**
   * Makes a store.
   *
   * @param clock tells when an entry is freed
   */
  static Cache<String, CacheEntry> create(InstantSource clock) {
    return Caffeine.newBuilder()
        .maximumWeight(0) // a budget says how much
        .weigher(MemoryCache::weight)
        .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
        .expireAfter(new AtDeadline())
        .scheduler(Scheduler.systemScheduler())
        .executor(Runnable::run)
        .build();
  }

  @Override
  public Future<@Nullable String> get(String key) {
    CacheEntry entry = entries.getIfPresent(key);
    return Future.succeededFuture(
        entry == null || clock.millis() >= entry.deadlineMillis() ? null : entry.value());
  }

  @Override
  public Future<Void> set(String key, String value, long ttlMillis) {
    entries.put(key, new CacheEntry(value, clock.millis() + ttlMillis));
    return Future.succeededFuture();
  }

  /** A budget for all data, which says how much room this store has. */
  static MemoryBudget budget(
      Cache<String, CacheEntry> entries, long cacheMaxBytes, long limit, boolean refuses) {
    return new MemoryBudget(
        limit,
        refuses,
        cacheMaxBytes,
        bytes -> entries.policy().eviction().orElseThrow().setMaximum(bytes));
  }

  private static int weight(String key, CacheEntry entry) {
    return (int)
        Math.min(
            Integer.MAX_VALUE,
            2L * key.length() + 2L * entry.value().length() + ENTRY_OVERHEAD_BYTES);
  }

  /** A value and the time, in milliseconds since 1970, from which on it is no more. */
  record CacheEntry(String value, long deadlineMillis) {}

  /** Frees an entry at its deadline; times are nanoseconds of the store's clock. */
  private static final class AtDeadline implements Expiry<String, CacheEntry> {

    @Override
    public long expireAfterCreate(String key, CacheEntry entry, long now) {
      return Math.max(0, TimeUnit.MILLISECONDS.toNanos(entry.deadlineMillis()) - now);
    }

    @Override
    public long expireAfterUpdate(String key, CacheEntry entry, long now, long left) {
      return expireAfterCreate(key, entry, now);
    }

    @Override
    public long expireAfterRead(String key, CacheEntry entry, long now, long left) {
      return left;
    }
  }
}
