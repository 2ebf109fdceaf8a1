package io.purpledb.backend.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.purpledb.backend.CacheBackend;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The cache in a Caffeine cache: bounded by bytes, least valuable entries evicted first, expired
 * ones freed by its timer wheel without being read.
 */
final class MemoryCache implements MemoryBackend, CacheBackend {

  /** What an entry costs beside its text: objects, references, bookkeeping. Measured roughly. */
  private static final int ENTRY_OVERHEAD_BYTES = 150;

  private final Cache<String, Entry> entries;

  MemoryCache(Cache<String, Entry> entries) {
    this.entries = entries;
  }

  /** The store that the instances of all event loops share. */
  static Cache<String, Entry> create(long maxBytes, InstantSource clock) {
    return Caffeine.newBuilder()
        .maximumWeight(maxBytes)
        .weigher(MemoryCache::weight)
        .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
        .expireAfter(Expiry.writing((String key, Entry entry) -> entry.ttl()))
        .scheduler(Scheduler.systemScheduler())
        .executor(Runnable::run)
        .build();
  }

  @Override
  public Future<@Nullable String> get(String key) {
    Entry entry = entries.getIfPresent(key);
    return Future.succeededFuture(entry == null ? null : entry.value());
  }

  @Override
  public Future<Void> set(String key, String value, long ttlMillis) {
    entries.put(key, new Entry(value, ttlMillis));
    return Future.succeededFuture();
  }

  private static int weight(String key, Entry entry) {
    return (int)
        Math.min(
            Integer.MAX_VALUE,
            2L * key.length() + 2L * entry.value().length() + ENTRY_OVERHEAD_BYTES);
  }

  /** A value and its time to live in milliseconds. */
  record Entry(String value, long ttlMillis) {

    Duration ttl() {
      return Duration.ofMillis(ttlMillis);
    }
  }
}
