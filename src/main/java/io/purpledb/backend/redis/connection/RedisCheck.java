package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.backend.redis.socket.RedisSocket;
import io.purpledb.config.StartFailure;
import io.vertx.core.Future;
import io.vertx.core.net.NetClient;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out at start whether Redis can be used: reachable, lets us in, version 6 or newer, not in
 * cluster mode, and serving the service's database.
 */
public record RedisCheck(RedisServer server, int database) {

  private static final long TIMEOUT_MILLIS = 3000;

  /** The first TLS handshake of a process takes seconds on a slow machine. */
  private static final long TLS_TIMEOUT_MILLIS = 10_000;

  private static final String CLUSTER =
      "is in cluster mode, which has only database 0 (expected: a Redis without cluster mode,"
          + " because keys that change together would be on several servers)";

  /** Blocks until it is known, or for some seconds; fails as wrong surroundings. */
  public void run() {
    ask(List.of(), true);
  }

  /**
   * Does the same, and answers the replies to some commands.
   *
   * @param mustBeDone whether one that is refused fails all; else its reply is null
   */
  List<@Nullable Response> ask(List<Request> commands, boolean mustBeDone) {
    long timeoutMillis = server.url().tls() ? TLS_TIMEOUT_MILLIS : TIMEOUT_MILLIS;
    NetClient client = server.client();
    try {
      return server
          .connect(client)
          .compose(connection -> check(connection, commands, mustBeDone))
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

  private Future<List<@Nullable Response>> check(
      RedisSocket connection, List<Request> commands, boolean mustBeDone) {
    return connection
        .send(server.hello())
        .transform(this::suits)
        .compose(hello -> server.serve(hello, connection, database))
        .compose(
            serves -> {
              List<Future<@Nullable Response>> replies =
                  commands.stream().map(command -> reply(connection, command, mustBeDone)).toList();
              return Future.all(replies).map(all -> all.list());
            });
  }

  private static Future<@Nullable Response> reply(
      RedisSocket connection, Request command, boolean mustBeDone) {
    Future<@Nullable Response> reply = connection.send(command);
    return mustBeDone
        ? reply
        : reply.recover(
            error ->
                error instanceof ErrorType ? Future.succeededFuture() : Future.failedFuture(error));
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
