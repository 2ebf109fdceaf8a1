package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.config.StartFailure;
import io.vertx.core.Future;
import io.vertx.core.net.NetClient;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out at start whether Redis can be used: reachable, lets us in, version 6 or newer, not in
 * cluster mode, and serving the service's database.
 *
 * @param more what it must answer, too
 */
public record RedisCheck(RedisServer server, int database, @Nullable Request more) {

  private static final long TIMEOUT_MILLIS = 3000;

  /** The first TLS handshake of a process takes seconds on a slow machine. */
  private static final long TLS_TIMEOUT_MILLIS = 10_000;

  private static final String CLUSTER =
      "is in cluster mode, which has only database 0 (expected: a Redis without cluster mode,"
          + " because each service has its own database)";

  /** Finds out no more than that. */
  public RedisCheck(RedisServer server, int database) {
    this(server, database, null);
  }

  /** Blocks until it is known, or for some seconds; fails as wrong surroundings. */
  public void run() {
    long timeoutMillis = server.url().tls() ? TLS_TIMEOUT_MILLIS : TIMEOUT_MILLIS;
    NetClient client = server.client();
    try {
      server
          .connect(client)
          .compose(this::check)
          .toCompletionStage()
          .toCompletableFuture()
          .get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      throw cause instanceof StartFailure known
          ? known
          : wrong("cannot be used: " + RedisErrors.reason(cause), cause);
    } catch (TimeoutException e) {
      throw wrong("cannot be used: no answer within " + timeoutMillis + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw wrong("cannot be used: interrupted while waiting for it", e);
    } finally {
      client.close();
    }
  }

  private Future<?> check(RedisSocket connection) {
    return connection
        .send(server.hello())
        .transform(this::suits)
        .compose(hello -> server.serve(hello, connection, database))
        .compose(serves -> more == null ? Future.succeededFuture() : connection.send(more));
  }

  private Future<@Nullable Response> suits(@Nullable Response hello, @Nullable Throwable error) {
    if (error != null) {
      return Future.failedFuture(
          RedisErrors.says(error, "unknown command")
              ? wrong("does not know the command HELLO (expected: Redis 6 or newer)", error)
              : error);
    }
    Response mode = hello == null ? null : hello.get("mode");
    return mode != null && "cluster".equals(mode.toString())
        ? Future.failedFuture(wrong(CLUSTER, new IllegalStateException("mode: cluster")))
        : Future.succeededFuture(hello);
  }

  private StartFailure wrong(String what, Throwable cause) {
    return StartFailure.wrongSurroundings("redis-url: " + server.url() + " " + what, cause);
  }
}
