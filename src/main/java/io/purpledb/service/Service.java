package io.purpledb.service;

import io.purpledb.engine.Engine;
import io.purpledb.message.Failure;
import io.purpledb.message.Handlers;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * What the operations of a service mean: its requests are reads and commits of entries. It keeps
 * nothing itself, so it means the same on every engine.
 *
 * <p>Arguments are valid: a {@link ServiceVerticle} checks them. A write is acknowledged only when
 * the promise of the engine holds. A future fails with {@link Failure} (not found, unavailable,
 * timed out, busy, conflict); after unavailable or timed out a write may or may not have happened,
 * and no part of it is visible without the rest.
 */
public interface Service {

  Engine engine();

  /** Binds each operation's message to the method that serves it. */
  void bind(Handlers handlers);

  /** Whether requests can be served now; fails with the reason when not. */
  default Future<Void> health() {
    return engine().health();
  }

  /** What a key must have; fails as not found when it has nothing. */
  static <T> T present(@Nullable T found, String key) {
    if (found == null) {
      throw Failure.notFound(key);
    }
    return found;
  }
}
