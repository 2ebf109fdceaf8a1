package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An event loop, as a backend verticle has one, and a plain client beside it to look behind. */
final class TestLoop implements AutoCloseable {

  private static final long ANSWER_SECONDS = 30;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();

  Vertx vertx() {
    return vertx;
  }

  /** Calls something on the loop and waits for its result. */
  <T> T call(Supplier<T> supplier) {
    return await(start(() -> Future.succeededFuture(supplier.get())));
  }

  /** Sends a request on the loop and waits for its answer; throws its failure. */
  <T> T answer(Supplier<Future<T>> request) {
    return await(start(request));
  }

  /** Sends a request on the loop that must fail. */
  Failure failure(Supplier<? extends Future<?>> request) {
    return failure(start(() -> request.get().<Object>mapEmpty()));
  }

  /** Sends a request on the loop that must fail before it returns. */
  Failure failureAtOnce(Supplier<? extends Future<?>> request) {
    return failure(
        () -> {
          Future<?> answer = request.get();
          assertThat(answer.isComplete()).as("answered at once").isTrue();
          return answer;
        });
  }

  /** The failure of a request that must fail. */
  static Failure failure(CompletableFuture<?> answer) {
    try {
      Object value = await(answer);
      throw new AssertionError("answered: " + value);
    } catch (Failure failure) {
      return failure;
    }
  }

  /** Sends a request on the loop. */
  <T> CompletableFuture<T> start(Supplier<Future<T>> request) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    context.runOnContext(
        x ->
            Future.succeededFuture()
                .compose(y -> request.get()) // also takes what it throws
                .onComplete(
                    (value, error) -> {
                      if (error == null) {
                        answer.complete(value);
                      } else {
                        answer.completeExceptionally(error);
                      }
                    }));
    return answer;
  }

  static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Sends a command past Purple. */
  @Nullable Response raw(String url, Command command, Object... arguments) {
    Redis client = Redis.createClient(vertx, url);
    try {
      return await(
          client.send(Request.cmd(command, arguments)).toCompletionStage().toCompletableFuture());
    } finally {
      await(client.close().toCompletionStage().toCompletableFuture());
    }
  }

  /** Waits until a server has as many connections as expected, beside the one that asks. */
  void awaitConnections(String url, int expected) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
    long connections = connections(url);
    while (connections != expected && System.nanoTime() < deadline) {
      connections = connections(url);
    }
    assertThat(connections).as("connections").isEqualTo(expected);
  }

  private long connections(String url) {
    Response list = raw(url, Command.CLIENT, "LIST");
    return String.valueOf(list).lines().count() - 1;
  }

  @Override
  public void close() {
    await(vertx.close().toCompletionStage().toCompletableFuture());
  }
}
