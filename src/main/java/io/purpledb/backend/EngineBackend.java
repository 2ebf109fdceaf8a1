package io.purpledb.backend;

import io.purpledb.engine.Engine;
import io.vertx.core.Future;

/** The data of one service as entries of an engine. */
interface EngineBackend extends Backend {

  Engine engine();

  /** Whether the engine is closed with it, and not by who made it. */
  boolean isOwn();

  @Override
  default Future<Void> health() {
    return engine().health();
  }

  @Override
  default Future<Void> close() {
    return isOwn() ? engine().close() : Future.succeededFuture();
  }
}
