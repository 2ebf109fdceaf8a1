package io.purpledb.backend.memory;

import io.purpledb.backend.CounterBackend;
import io.vertx.core.Future;
import io.vertx.core.shareddata.LocalMap;

/** Counters in a shared map, incremented by its atomic merge. */
record MemoryCounter(LocalMap<String, Long> counters) implements MemoryBackend, CounterBackend {

  @Override
  public Future<Long> get(String key) {
    return Future.succeededFuture(counters.getOrDefault(key, 0L));
  }

  @Override
  public Future<Long> increment(String key, long amount) {
    try {
      return Future.succeededFuture(counters.merge(key, amount, Math::addExact));
    } catch (ArithmeticException e) {
      return Future.failedFuture(CounterBackend.overflow(key, amount));
    }
  }
}
