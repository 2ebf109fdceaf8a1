package io.purpledb.backend;

import io.purpledb.message.Handlers;
import io.vertx.core.Future;

/**
 * The data of one service in one engine. An instance belongs to one event loop and is called on it
 * only; instances of the same service share their data. Futures complete on that loop.
 *
 * <p>Arguments are valid: the services check them. A write is acknowledged only when the promise of
 * the engine holds. A future fails with {@link io.purpledb.message.Failure} (unavailable, timed
 * out, busy, conflict); after unavailable or timed out a write may or may not have happened, and no
 * part of it is visible without the rest.
 */
public interface Backend {

  /** Binds each operation's message to the method that serves it. */
  void bind(Handlers handlers);

  /** Whether requests can be served now; fails with the reason when not. */
  Future<Void> health();

  /** Frees what this instance holds; what instances share is freed by {@link Backends#close}. */
  default Future<Void> close() {
    return Future.succeededFuture();
  }
}
