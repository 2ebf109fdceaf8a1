package io.purpledb.process;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.RefusedException;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.ServerProcess;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Redis that goes and comes back, or hangs, seen through both protocols of the packaged server.
 */
@Timeout(120)
class RedisAwayIT {

  private static final long REQUEST_TIMEOUT_MILLIS = 2_000;
  private static final long FAST_MILLIS = 1_000;
  private static final ByteString VALUE = ByteString.copyFromUtf8("value");

  @Test
  void isUnavailableMeanwhileAndHeals(@TempDir Path directory, @TempDir Path redisDirectory)
      throws Exception {
    try (RedisProcess redis = start(redisDirectory);
        ServerProcess server = start(directory, redis)) {
      for (ServiceClient purple : clients(server)) {
        long acknowledged = incrementWhileItIsKilled(purple, redis);

        assertThat(millis(() -> Await.refusal(Kind.UNAVAILABLE, purple.kvPut("k", VALUE))))
            .isLessThan(FAST_MILLIS);
        assertThat(ready(server)).isEqualTo(503);

        redis.restartSamePort();
        while (ready(server) != 200) {
          Thread.onSpinWait();
        }
        Await.value(purple.kvPut("k", VALUE));
        // At most the one increment in flight at the kill happened without an answer.
        assertThat(Await.value(purple.counterGet("hits")))
            .isBetween(acknowledged, acknowledged + 1);
        purple.close();
      }
    }
  }

  @Test
  void endsRequestsAtTheirDeadlineWhenItHangs(
      @TempDir Path directory, @TempDir Path redisDirectory) {
    try (RedisProcess redis = start(redisDirectory);
        ServerProcess server = start(directory, redis)) {
      for (ServiceClient purple : clients(server)) {
        redis.pause();
        assertThat(
                millis(
                    () -> {
                      Set<Kind> kinds = refusal(purple.kvGet("k"));
                      assertThat(kinds).containsAnyOf(Kind.TIMED_OUT, Kind.UNAVAILABLE);
                    }))
            .isLessThan(REQUEST_TIMEOUT_MILLIS + FAST_MILLIS);
        redis.resume();
        while (!refusal(purple.kvGet("k")).contains(Kind.NOT_FOUND)) {
          Thread.onSpinWait();
        }
        purple.close();
      }
    }
  }

  /** It becomes a replica and keeps the connections; then it has no room. */
  @Test
  void isNotReadyWhileItTakesNoWrites(@TempDir Path directory, @TempDir Path redisDirectory)
      throws Exception {
    try (RedisProcess redis = start(redisDirectory);
        ServerProcess server = start(directory, redis)) {
      for (ServiceClient purple : clients(server)) {
        Await.value(purple.kvPut("k", VALUE));
        assertThat(redis.run("REPLICAOF 127.0.0.1 1")).isEqualTo("+OK");
        assertThat(ready(server)).isEqualTo(503);
        Await.refusal(Kind.UNAVAILABLE, purple.kvPut("k", VALUE));

        assertThat(redis.run("REPLICAOF NO ONE")).isEqualTo("+OK");
        while (ready(server) != 200) {
          Thread.onSpinWait();
        }
        Await.value(purple.kvPut("k", VALUE));

        assertThat(redis.run("CONFIG SET maxmemory 1")).isEqualTo("+OK");
        assertThat(ready(server)).isEqualTo(503);
        Await.refusal(Kind.STORAGE_FULL, purple.kvPut("k", VALUE));
        assertThat(Await.value(purple.kvGet("k"))).isEqualTo(VALUE);
        Await.value(purple.kvDelete("k"));

        assertThat(redis.run("CONFIG SET maxmemory 0")).isEqualTo("+OK");
        assertThat(ready(server)).isEqualTo(200);
        purple.close();
      }
    }
  }

  private static RedisProcess start(Path directory) {
    return RedisForTests.start(
        "--appendonly", "yes", "--appendfsync", "always", "--dir", directory.toString());
  }

  private static ServerProcess start(Path directory, RedisProcess redis) {
    return ServerProcess.start(
        directory,
        "--backend",
        "redis",
        "--redis-url",
        redis.url(),
        "--request-timeout-ms",
        String.valueOf(REQUEST_TIMEOUT_MILLIS));
  }

  private static List<ServiceClient> clients(ServerProcess server) {
    return List.of(ServiceClient.http(server.httpPort()), ServiceClient.grpc(server.grpcPort()));
  }

  /**
   * Increments one after the other, kills Redis in between, answers the last acknowledged value.
   */
  private static long incrementWhileItIsKilled(ServiceClient purple, RedisProcess redis) {
    AtomicLong acknowledged = new AtomicLong();
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    increment(purple, acknowledged, stopped);
    while (acknowledged.get() < 100) {
      Thread.onSpinWait();
    }
    redis.kill();
    Await.value(stopped);
    return acknowledged.get();
  }

  private static void increment(
      ServiceClient purple, AtomicLong acknowledged, CompletableFuture<Void> stopped) {
    CompletableFuture<Long> unused =
        purple
            .counterIncrement("hits", 1)
            .whenComplete(
                (value, failure) -> {
                  if (failure == null) {
                    acknowledged.set(value);
                    increment(purple, acknowledged, stopped);
                  } else {
                    stopped.complete(null);
                  }
                });
  }

  private static Set<Kind> refusal(CompletableFuture<?> answer) {
    return Await.value(answer.handle((value, failure) -> kinds(failure)));
  }

  private static Set<Kind> kinds(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RefusedException refused ? refused.kinds() : Set.of();
  }

  private static int ready(ServerProcess server) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.httpPort() + "/health/ready");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
        .statusCode();
  }

  private static long millis(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return MILLISECONDS.convert(System.nanoTime() - start, NANOSECONDS);
  }
}
