package io.purpledb.backend.redis;

import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether Redis's access control lets us write, as far as the commands of one link have shown. It
 * cannot be asked: what a user may do is told to administrators only, and a command that may be
 * used on some keys is refused on others, so {@link RedisHealth} cannot tell a user who may write
 * nothing from one who may not write that key. Therefore several refusals with no write that
 * succeeded among them count as an outage; a while later a link that gets no requests is tried
 * again.
 *
 * <p>Not thread-safe: used on its link's event loop only.
 */
final class RedisPermission {

  /** A caller who may not use some keys tries a few; without any permission nothing succeeds. */
  static final int REFUSALS = 10;

  static final long FORGOTTEN_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final Set<Command> WRITES =
      Set.of(Command.SET, Command.DEL, Command.INCRBY, Command.EXEC);

  private int refusals;
  private long lastNanos;
  private @Nullable Failure last;

  void executed(Request request) {
    if (refusals > 0 && WRITES.contains(request.command())) {
      refusals = 0;
      last = null;
    }
  }

  /** Counts if we had no permission and it was not the question of {@link RedisHealth}. */
  void refused(Request request, Throwable error, long nowNanos) {
    if (error instanceof Failure failure
        && RedisErrors.isNotPermitted(failure)
        && !RedisHealth.WRITE_OF_NOTHING.equals(request.command())) {
      refusals = Math.min(refusals + 1, REFUSALS);
      lastNanos = nowNanos;
      last = failure;
    }
  }

  /** Fails with the last refusal when nothing seems to be permitted. */
  Future<Void> check(long nowNanos) {
    Failure failure = last;
    return failure == null || refusals < REFUSALS || nowNanos - lastNanos >= FORGOTTEN_NANOS
        ? Future.succeededFuture()
        : Future.failedFuture(failure);
  }
}
