package io.purpledb.backend.memory;

import com.github.benmanes.caffeine.cache.Cache;
import io.purpledb.backend.Backends;
import io.purpledb.backend.CacheBackend;
import io.purpledb.backend.CounterBackend;
import io.purpledb.backend.FlagBackend;
import io.purpledb.backend.KvBackend;
import io.purpledb.backend.SetBackend;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import java.time.InstantSource;

/**
 * Keeps data in the memory of the process: Vert.x local maps, and a bounded cache. Instances of all
 * event loops share them; each map's own atomic operations make every request atomic.
 */
public final class MemoryBackends implements Backends {

  private final Vertx vertx;
  private final InstantSource clock;
  private final Cache<String, MemoryCache.Entry> cache;

  /**
   * @param cacheMaxBytes the room of the cache
   * @param clock tells when cache entries expire
   */
  public MemoryBackends(Vertx vertx, long cacheMaxBytes, InstantSource clock) {
    this.vertx = vertx;
    this.clock = clock;
    this.cache = MemoryCache.create(cacheMaxBytes, clock);
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public void open(String service) {}

  @Override
  public CacheBackend cache() {
    return new MemoryCache(cache, clock);
  }

  @Override
  public CounterBackend counter() {
    return new MemoryCounter(map("counter"));
  }

  @Override
  public FlagBackend flag() {
    return new MemoryFlag(map("flag"));
  }

  @Override
  public KvBackend kv() {
    return new MemoryKv(map("kv"));
  }

  @Override
  public SetBackend set() {
    return new MemorySet(map("set"));
  }

  @Override
  public void close() {}

  private <V> LocalMap<String, V> map(String service) {
    return vertx.sharedData().getLocalMap("purple." + service);
  }
}
