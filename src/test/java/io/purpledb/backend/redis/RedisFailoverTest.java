package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.RedisLayout;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CounterService;
import io.purpledb.service.KvService;
import io.purpledb.service.Service;
import io.purpledb.service.SetService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Future;
import io.vertx.core.net.NetServerOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A fail-over between two real servers behind one address: the old master lives on as a replica and
 * keeps its connections.
 */
@ParameterizedClass(name = "layout {0}")
@EnumSource(
    value = RedisLayout.class,
    names = {"NATIVE", "ENTRIES"})
class RedisFailoverTest {

  private static final int TIMEOUT_MILLIS = 2000;
  private static final int CLIENTS = 8;

  /**
   * Writes go again so soon after the address leads to the new master: the longest pause, twice.
   */
  private static final long HEALED_MILLIS = 4000;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final RedisProcess old = RedisForTests.start("--repl-diskless-sync-delay", "0");
  private final RedisProcess next =
      RedisForTests.start("--replicaof", "127.0.0.1", "" + old.port());
  private final TestLoop loop = new TestLoop();
  private final Front address = new Front(loop, old.port(), new NetServerOptions());
  private final RedisLayout layout;
  private RedisBackends backends;
  private CounterService counter;
  private KvService kv;
  private SetService set;
  private LogLines log;

  RedisFailoverTest(RedisLayout layout) {
    this.layout = layout;
  }

  @BeforeEach
  void open() {
    awaitInfo(next, "master_link_status:up");
    awaitInfo(old, ",state=online,"); // the old master's own view, which comes later
    backends =
        new RedisBackends(
            loop.vertx(), "redis://127.0.0.1:" + address.port(), layout, TIMEOUT_MILLIS, 1000);
    backends.open("counter");
    counter = loop.call(() -> new CounterService(backends.engine("counter")));
    kv = loop.call(() -> new KvService(backends.engine("kv")));
    set = loop.call(() -> new SetService(backends.engine("set")));
    awaitHealth(true);
    log = new LogLines();
  }

  @AfterEach
  void close() {
    for (Service backend : List.of(counter, kv, set)) {
      loop.answer(backend.engine()::close);
    }
    backends.close();
    loop.close();
    log.close();
    old.close();
    next.close();
  }

  @Test
  void writesGoAgainAndNothingAcknowledgedIsWrong() {
    List<Traffic> clients =
        IntStream.range(0, CLIENTS)
            .mapToObj(i -> new Traffic("k" + i, loop.vertx(), counter, kv, set))
            .toList();
    List<CompletableFuture<Void>> ends =
        clients.stream().map(client -> loop.start(client::run)).toList();
    Traffic.awaitMore(clients, client -> client.answers.get());

    loop.raw(old.url(), Command.FAILOVER, "TO", "127.0.0.1", "" + next.port());
    awaitInfo(next, "role:master");
    awaitHealth(false);
    assertThat(health()).as("while the address leads to the replica").isFalse();

    address.redisPort = next.port();
    long start = System.nanoTime();
    awaitHealth(true);
    assertThat(LinkTest.millisSince(start)).isLessThan(HEALED_MILLIS);
    Traffic.awaitMore(clients, client -> client.answers.get());
    clients.forEach(client -> client.stopping = true);
    ends.forEach(TestLoop::await);

    clients.forEach(client -> client.assertNothingLost(loop));
    assertThat(log.lines()).hasSize(2);
    assertThat(log.lines().get(0)).startsWith("WARNING: redis ").contains(" lost: ");
    assertThat(log.lines().get(1)).startsWith("INFO: redis ").contains(" is back after ");
  }

  /** One pass's commands, all on the old connection, are answered as if nothing had happened. */
  @Test
  void whatTheReplicaRefusesIsDoneOnceByTheNewMaster() {
    loop.answer(() -> counter.increment("k", 100));
    loop.answer(() -> set.add("k", "before")); // so that the script is known
    awaitOffset();
    promote();
    address.redisPort = next.port();

    List<CompletableFuture<Long>> sums = new ArrayList<>();
    CompletableFuture<? extends List<String>> items =
        loop.call(
            () -> {
              for (int i = 0; i < 20; i++) {
                sums.add(counter.increment("k", 1).toCompletionStage().toCompletableFuture());
              }
              return set.add("k", "item").toCompletionStage().toCompletableFuture();
            });
    assertThat(TestLoop.await(items)).containsExactly("before", "item");

    for (int i = 0; i < sums.size(); i++) {
      assertThat(TestLoop.await(sums.get(i))).isEqualTo(101 + i);
    }
    assertThat(loop.answer(() -> counter.get("k"))).isEqualTo(120);
  }

  @Test
  void withoutANewMasterRequestsAreRefused() {
    promote(); // but the address still leads to the old one

    Failure refused = loop.failure(() -> counter.increment("k", 1));
    assertThat(refused.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(refused).hasMessageStartingWith("redis: READONLY");
    Failure atOnce = loop.failureAtOnce(() -> counter.increment("k", 1));
    LinkTest.assertUnavailable(atOnce, "; nothing was sent");
    assertThat(atOnce).hasMessageContaining("the server is a replica (expected: a master)");
    assertThat(health()).isFalse();
  }

  /** Otherwise it would go on to answer reads, with what was there before. */
  @Test
  void aReplicaIsFoundWithoutRequestsEvenIfItTakesWrites() {
    loop.raw(old.url(), Command.CONFIG, "SET", "replica-read-only", "no");
    promote();

    log.await(1);
    assertThat(log.lines().get(0)).contains("lost: the server is a replica (expected: a master)");
    awaitLost(counter); // the line may be another link's
    LinkTest.assertUnavailable(loop.failure(() -> counter.get("k")), "; nothing was sent");
    awaitHealth(false);
  }

  private void promote() {
    loop.raw(next.url(), Command.REPLICAOF, "NO", "ONE");
    loop.raw(old.url(), Command.REPLICAOF, "127.0.0.1", "" + next.port());
  }

  private void awaitOffset() {
    assertThat(loop.raw(old.url(), Command.WAIT, "1", "5000")).hasToString("1");
  }

  private boolean health() {
    return loop.answer(
        () ->
            Future.join(counter.health(), kv.health(), set.health())
                .transform((ok, failure) -> Future.succeededFuture(failure == null)));
  }

  private void awaitLost(CounterService counter) {
    long start = System.nanoTime();
    while (!loop.answer(
        () ->
            counter
                .get("k")
                .transform((got, failure) -> Future.succeededFuture(failure != null)))) {
      assertThat(System.nanoTime() - start).isLessThan(PATIENCE_NANOS);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void awaitHealth(boolean expected) {
    long start = System.nanoTime();
    while (health() != expected) {
      assertThat(System.nanoTime() - start).isLessThan(PATIENCE_NANOS);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void awaitInfo(RedisProcess redis, String line) {
    long start = System.nanoTime();
    for (Response info = null; !String.valueOf(info).contains(line); ) {
      assertThat(System.nanoTime() - start).isLessThan(PATIENCE_NANOS);
      info = loop.raw(redis.url(), Command.INFO, "replication");
    }
  }
}
