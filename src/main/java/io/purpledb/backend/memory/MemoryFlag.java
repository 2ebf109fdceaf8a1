package io.purpledb.backend.memory;

import io.purpledb.backend.FlagBackend;
import io.vertx.core.Future;
import java.util.Map;

/** Flags in a shared map. */
record MemoryFlag(Map<String, Boolean> flags) implements MemoryBackend, FlagBackend {

  @Override
  public Future<Boolean> get(String key) {
    return Future.succeededFuture(flags.getOrDefault(key, false));
  }

  @Override
  public Future<Void> set(String key, boolean value) {
    flags.put(key, value);
    return Future.succeededFuture();
  }
}
