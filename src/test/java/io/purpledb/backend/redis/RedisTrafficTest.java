package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.service.CounterService;
import io.purpledb.service.KvService;
import io.purpledb.service.Service;
import io.purpledb.service.SetService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Redis, which writes through, is killed and started again under traffic: requests are refused at
 * once meanwhile, all heals by itself, and nothing that was acknowledged is lost.
 */
class RedisTrafficTest {

  private static final int ROUNDS = 3;
  private static final int CLIENTS = 16;

  /** A few ms on a machine that is not busy; far below the timeout of commands. */
  private static final int FAST_MILLIS = 1000;

  private final RedisProcess redis =
      RedisForTests.start("--appendonly", "yes", "--appendfsync", "always");
  private final TestLoop loop = new TestLoop();
  private final LogLines log = new LogLines();
  private CounterService counter;
  private KvService kv;
  private SetService set;

  @BeforeEach
  void open() {
    NativeBackends backends =
        new NativeBackends(RedisServer.of(loop.vertx(), redis.url(), 10_000, 1000));
    counter = loop.call(() -> new CounterService(backends.engine("counter")));
    kv = loop.call(() -> new KvService(backends.engine("kv")));
    set = loop.call(() -> new SetService(backends.engine("set")));
  }

  @AfterEach
  void close() {
    for (Service backend : List.of(counter, kv, set)) {
      loop.answer(backend.engine()::close);
    }
    loop.close();
    log.close();
    redis.close();
  }

  @Test
  void noAcknowledgedWriteIsLost() {
    List<Traffic> clients =
        IntStream.range(0, CLIENTS)
            .mapToObj(i -> new Traffic("k" + i, loop.vertx(), counter, kv, set))
            .toList();
    List<CompletableFuture<Void>> ends =
        clients.stream().map(client -> loop.start(client::run)).toList();

    for (int round = 0; round < ROUNDS; round++) {
      Traffic.awaitMore(clients, client -> client.answers.get());
      redis.kill();
      Traffic.awaitMore(clients, client -> client.refusals.get());
      redis.restartSamePort();
      log.await(2 * round + 2); // lost and back
    }
    Traffic.awaitMore(clients, client -> client.answers.get());
    clients.forEach(client -> client.stopping = true);
    ends.forEach(TestLoop::await);

    clients.forEach(this::check);
    assertThat(log.lines()).hasSize(2 * ROUNDS);
    for (int round = 0; round < ROUNDS; round++) {
      assertThat(log.lines().get(2 * round)).startsWith("WARNING: redis " + redis.url() + " lost");
      assertThat(log.lines().get(2 * round + 1)).startsWith("INFO: redis " + redis.url() + " is");
    }
  }

  private void check(Traffic client) {
    assertThat(client.lateRefusals).as("requests refused later than at once").isZero();
    assertThat(TimeUnit.NANOSECONDS.toMillis(client.slowestLossNanos))
        .as("slowest request lost with its connection, ms")
        .isLessThan(FAST_MILLIS);
    client.assertNothingLost(loop);
  }
}
