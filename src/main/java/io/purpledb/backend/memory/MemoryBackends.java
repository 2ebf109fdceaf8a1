package io.purpledb.backend.memory;

import io.purpledb.backend.Backends;
import io.purpledb.engine.Engine;
import io.purpledb.engine.memory.EvictableEntries;
import io.purpledb.engine.memory.MemoryEngine;
import io.purpledb.message.Notices;
import io.vertx.core.Vertx;
import java.time.InstantSource;

/**
 * Keeps data in the memory of the process, as entries of a {@link MemoryEngine}, which the
 * instances of all event loops share. Those of the cache are evicted when they take more than their
 * room.
 */
public final class MemoryBackends implements Backends {

  private final MemoryBudget budget;
  private final MemoryEngine engine;

  /**
   * @param cacheMaxBytes the room of the cache
   * @param maxBytes the room of all data, the cache's too
   * @param clock tells when entries expire
   */
  public MemoryBackends(Vertx vertx, long cacheMaxBytes, long maxBytes, InstantSource clock) {
    EvictableEntries cache = new EvictableEntries("cache");
    this.budget = new MemoryBudget(maxBytes, true, cacheMaxBytes, cache::resize);
    this.engine = new MemoryEngine(vertx, clock, budget::add, cache);
    Notices.of(vertx).add(budget::notice);
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public void open(String service) {}

  @Override
  public Engine engine(String service) {
    return engine;
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public void close() {
    var unused = engine.close();
  }

  /** What all but the cache take of the heap, in bytes. */
  long usedBytes() {
    return budget.used();
  }
}
