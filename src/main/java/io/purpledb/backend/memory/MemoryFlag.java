package io.purpledb.backend.memory;

import io.purpledb.backend.FlagBackend;
import io.purpledb.message.Failure;
import io.vertx.core.Future;

/** Flags in a shared map. */
record MemoryFlag(CountedMap<Boolean> flags) implements MemoryBackend, FlagBackend {

  @Override
  public Future<Boolean> get(String key) {
    return Future.succeededFuture(Boolean.TRUE.equals(flags.get(key)));
  }

  @Override
  public Future<Void> set(String key, boolean value) {
    try {
      flags.put(key, value);
      return Future.succeededFuture();
    } catch (Failure full) {
      return Future.failedFuture(full);
    }
  }
}
