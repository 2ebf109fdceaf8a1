package io.purpledb.backend.redis;

import io.purpledb.backend.Backend;
import io.vertx.core.Future;

/** A backend of one service whose keys have one Redis type. */
interface RedisBackend extends RedisKeys, Backend {

  /** Sends writes like those of this service that change nothing, whatever there is. */
  Future<?> tryToWrite();

  @Override
  default Future<Void> health() {
    return link().health().compose(serves -> link().permission().tryOut(this::tryToWrite));
  }

  @Override
  default Future<Void> close() {
    return link().close();
  }
}
