package io.purpledb.backend.memory;

import io.purpledb.backend.Backend;
import io.vertx.core.Future;

/** What all memory backends have in common: they are always healthy. */
interface MemoryBackend extends Backend {

  @Override
  default Future<Void> health() {
    return Future.succeededFuture();
  }
}
