package io.purpledb.backend.memory;

import io.purpledb.backend.CounterBackend;
import io.purpledb.message.Failure;
import io.vertx.core.Future;

/** Counters in a shared map, incremented by its atomic update. */
record MemoryCounter(CountedMap<Long> counters) implements MemoryBackend, CounterBackend {

  @Override
  public Future<Long> get(String key) {
    Long value = counters.get(key);
    return Future.succeededFuture(value == null ? 0L : value);
  }

  @Override
  public Future<Long> increment(String key, long amount) {
    try {
      return Future.succeededFuture(
          counters.update(key, old -> old == null ? amount : Math.addExact(old, amount)));
    } catch (Failure full) {
      return Future.failedFuture(full);
    } catch (ArithmeticException e) {
      return Future.failedFuture(CounterBackend.overflow(key, amount));
    }
  }
}
