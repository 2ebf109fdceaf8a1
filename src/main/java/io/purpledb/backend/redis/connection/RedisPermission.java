package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether Redis's access control lets us write. What a user may do is told to administrators only,
 * so it is tried: each service has writes that change nothing ({@code NativeLayout#tryToWrite}),
 * and a user who may not use their commands is told from one who may not use them on that key. Of
 * the keys only the commands of clients can tell; therefore several refusals with no write that
 * succeeded among them count as an outage; a while later a link that gets no requests is tried
 * again.
 *
 * <p>Not thread-safe: used on its link's event loop only.
 */
public final class RedisPermission {

  /** A caller who may not use some keys tries a few; without any permission nothing succeeds. */
  public static final int REFUSALS = 10;

  public static final long FORGOTTEN_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final Set<Command> WRITES =
      Set.of(Command.SET, Command.DEL, Command.INCRBY, Command.EXEC, Command.EVALSHA);

  private @Nullable Future<Void> trial;
  private int refusals;
  private long lastNanos;
  private @Nullable Failure last;

  public void executed(Request request) {
    if (refusals > 0 && WRITES.contains(request.command())) {
      refusals = 0;
      last = null;
    }
  }

  /** Counts if we had no permission and it was not the question of {@link RedisHealth}. */
  public void refused(Request request, Throwable error, long nowNanos) {
    if (error instanceof Failure failure
        && RedisErrors.isNotPermitted(failure)
        && !RedisHealth.WRITE_OF_NOTHING.equals(request.command())) {
      refusals = Math.min(refusals + 1, REFUSALS);
      lastNanos = nowNanos;
      last = failure;
    }
  }

  /**
   * Fails with the reason when writes do not succeed, whatever their key; tried once for all who
   * ask meanwhile.
   *
   * @param write tries to write, and changes nothing
   */
  public Future<Void> tryOut(Supplier<? extends Future<?>> write) {
    Future<Void> running = trial;
    if (running == null || running.isComplete()) {
      running = write.get().transform((done, error) -> outcome(error));
      trial = running;
    }
    return running;
  }

  /** An error of Redis itself is that of the form, which was wrong on purpose. */
  private static Future<Void> outcome(@Nullable Throwable error) {
    return error instanceof Failure failure
            && (!RedisErrors.isNotPermitted(failure) || RedisErrors.isCommandNotPermitted(failure))
        ? Future.failedFuture(failure)
        : Future.succeededFuture();
  }

  /** Fails with the last refusal when nothing seems to be permitted. */
  public Future<Void> check(long nowNanos) {
    Failure failure = last;
    return failure == null || refusals < REFUSALS || nowNanos - lastNanos >= FORGOTTEN_NANOS
        ? Future.succeededFuture()
        : Future.failedFuture(failure);
  }
}
