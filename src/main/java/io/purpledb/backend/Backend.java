package io.purpledb.backend;

import io.purpledb.engine.Engine;
import io.purpledb.message.Handlers;
import io.vertx.core.Future;

/**
 * A service as entries of an engine: its requests are reads and commits. It does nothing itself, so
 * it means the same on every engine.
 *
 * <p>Arguments are valid: the services check them. A write is acknowledged only when the promise of
 * the engine holds. A future fails with {@link io.purpledb.message.Failure} (unavailable, timed
 * out, busy, conflict); after unavailable or timed out a write may or may not have happened, and no
 * part of it is visible without the rest.
 */
public interface Backend {

  Engine engine();

  /** Binds each operation's message to the method that serves it. */
  void bind(Handlers handlers);

  /** Whether requests can be served now; fails with the reason when not. */
  default Future<Void> health() {
    return engine().health();
  }
}
