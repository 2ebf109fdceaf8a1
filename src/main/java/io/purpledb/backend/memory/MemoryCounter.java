package io.purpledb.backend.memory;

import io.purpledb.backend.CounterBackend;
import io.vertx.core.Future;
import java.util.Map;

/** Counters in a shared map, incremented by its atomic merge. */
record MemoryCounter(Map<String, Long> counters) implements MemoryBackend, CounterBackend {

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
