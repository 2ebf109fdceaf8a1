package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.RedisForTests;
import io.purpledb.support.RedisProcess;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Redis stopped, hanging, overloaded and back, as one loop with two services sees it. */
class RedisOutageTest {

  private static final int TIMEOUT_MILLIS = 400;
  private static final int MAX_IN_FLIGHT = 64;
  private static final int AT_ONCE_MILLIS = 100;

  private final RedisProcess redis = RedisForTests.start();
  private final Loop loop = new Loop();
  private final LogLines log = new LogLines();
  private final RedisBackends backends =
      new RedisBackends(loop.vertx(), redis.url(), TIMEOUT_MILLIS, MAX_IN_FLIGHT);
  private RedisCounter counter;
  private RedisSet set;

  @BeforeEach
  void open() {
    counter = loop.call(() -> (RedisCounter) backends.counter());
    set = loop.call(() -> (RedisSet) backends.set());
    loop.answer(counter::health);
    loop.answer(set::health);
  }

  @AfterEach
  void close() {
    loop.answer(counter::close);
    loop.answer(set::close);
    loop.close();
    log.close();
    redis.close();
  }

  @Test
  void stoppedAndStarted() {
    redis.kill();
    awaitDown();
    long failing = System.nanoTime();
    assertUnavailable(loop.failure(() -> counter.increment("k", 1)), "; nothing was sent");
    assertUnavailable(loop.failure(() -> set.add("k", "item")), "; nothing was sent");
    assertUnavailable(loop.failure(counter::health), "");
    assertThat(millisSince(failing)).isLessThan(AT_ONCE_MILLIS);

    redis.restartSamePort();
    awaitServing();

    assertThat(loop.answer(() -> counter.increment("k", 1))).isEqualTo(1);
    assertThat(loop.answer(() -> set.add("k", "item"))).containsExactly("item");
    loop.awaitConnections(redis.url(), 2);
    assertThat(log.lines()).hasSize(2);
    assertThat(log.lines().get(0)).startsWith("WARNING: redis " + redis.url() + " lost: ");
    assertThat(log.lines().get(1))
        .matches(
            "INFO: redis "
                + redis.url()
                + " is back after \\d+ ms; requests failed meanwhile: [1-9]\\d*");
  }

  @Test
  void madeWhileRedisIsStopped() {
    redis.kill();
    awaitDown();
    RedisCounter late = loop.call(() -> (RedisCounter) backends.counter());

    assertUnavailable(loop.failure(() -> late.get("k")), "; nothing was sent");

    redis.restartSamePort();
    awaitServing(late);
    loop.answer(late::close);
  }

  @Test
  void requestsBeforeTheFirstConnectionWaitForIt() {
    CompletableFuture<Long> answer =
        loop.start(
            () -> {
              RedisCounter made = (RedisCounter) backends.counter();
              return made.increment("k", 7).eventually(made::close);
            });

    assertThat(Loop.await(answer)).isEqualTo(7);
  }

  @Test
  void requestsBeforeAFirstConnectionThatHangsTimeOut() {
    redis.pause();
    long start = System.nanoTime();
    Failure failure =
        Loop.failure(
            loop.start(
                () -> {
                  RedisCounter made = (RedisCounter) backends.counter();
                  return made.increment("k", 7).eventually(made::close);
                }));

    assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
    assertThat(failure).hasMessageEndingWith("; nothing was sent");
    assertThat(millisSince(start)).isBetween((long) TIMEOUT_MILLIS, 2L * TIMEOUT_MILLIS);
  }

  @Test
  void hangingEndsRequestsAtTheirTimeout() {
    redis.pause();
    long start = System.nanoTime();
    CompletableFuture<Long> old = loop.start(() -> counter.increment("k", 1));
    CompletableFuture<Long> young =
        loop.start(
            () ->
                loop.vertx()
                    .timer(TIMEOUT_MILLIS / 2, TimeUnit.MILLISECONDS)
                    .compose(x -> counter.increment("k", 1)));

    Failure timedOut = Loop.failure(old);
    assertThat(timedOut.kind()).isEqualTo(Kind.TIMED_OUT);
    assertThat(timedOut)
        .hasMessage("no reply from redis within 400 ms; a write may or may not have happened");
    assertThat(millisSince(start)).isBetween((long) TIMEOUT_MILLIS, 2L * TIMEOUT_MILLIS);
    assertUnavailable(Loop.failure(young), "; a write may or may not have happened");
    long failing = System.nanoTime();
    assertUnavailable(loop.failure(() -> counter.get("k")), "; nothing was sent");
    assertThat(millisSince(failing)).isLessThan(AT_ONCE_MILLIS);

    redis.resume();
    awaitServing();
    assertThat(loop.answer(() -> counter.get("k"))).isBetween(0L, 2L);
    loop.awaitConnections(redis.url(), 2);
  }

  @Test
  void hangingIsFoundWithoutRequests() {
    redis.pause();

    log.await(1); // the keep-alive was not answered

    assertThat(log.lines())
        .containsExactly("WARNING: redis " + redis.url() + " lost: no reply within 400 ms");
    redis.resume();
    awaitServing();
  }

  @Test
  void longHangingIsSurvived() {
    redis.pause();
    log.await(1);
    loop.answer(() -> loop.vertx().timer(5L * TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
    redis.resume();

    awaitServing();
    loop.awaitConnections(redis.url(), 2);
  }

  @Test
  void moreInFlightThanAllowedIsBusy() {
    redis.pause();
    List<CompletableFuture<Long>> inFlight = new ArrayList<>();
    for (int i = 0; i < MAX_IN_FLIGHT; i++) {
      inFlight.add(loop.start(() -> counter.increment("k", 1)));
    }

    Failure failure = loop.failure(() -> counter.increment("k", 1));
    redis.resume();

    assertThat(failure.kind()).isEqualTo(Kind.BUSY);
    assertThat(failure).hasMessage("redis: 64 commands without a reply (expected: at most 64)");
    inFlight.forEach(Loop::await);
    assertThat(loop.answer(() -> counter.get("k"))).isEqualTo(MAX_IN_FLIGHT);
  }

  @Test
  void errorRepliesOfARedisThatCannotServeAreUnavailable() {
    loop.raw(redis.url(), Command.CONFIG, "SET", "maxmemory", "1");
    assertUnavailable(loop.failure(() -> counter.increment("k", 1)), "");
    assertUnavailable(loop.failure(() -> set.add("k", "item")), "");

    loop.raw(redis.url(), Command.CONFIG, "SET", "maxmemory", "0");
    loop.raw(redis.url(), Command.REPLICAOF, "127.0.0.1", "1");
    assertUnavailable(loop.failure(() -> counter.increment("k", 1)), "");
    assertUnavailable(loop.failure(() -> set.add("k", "item")), "");
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void connectionsAreReplacedNotLeaked() {
    for (int i = 0; i < 20; i++) {
      loop.raw(redis.url(), Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes");
      awaitServing();
    }

    loop.awaitConnections(redis.url(), 2);
    loop.answer(counter::close);
    loop.answer(set::close);
    loop.awaitConnections(redis.url(), 0);
  }

  @Test
  void closedBackendFailsWhatIsInFlight() {
    redis.pause();
    CompletableFuture<Long> answer = loop.start(() -> counter.increment("k", 1));
    loop.answer(counter::close);

    assertUnavailable(Loop.failure(answer), "; a write may or may not have happened");
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void largeValuesArePipelined() {
    RedisKv kv = loop.call(() -> (RedisKv) backends.kv());
    ByteString value = ByteString.copyFrom(new byte[4 << 20]);
    List<CompletableFuture<Void>> puts = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String key = "k" + i;
      puts.add(loop.start(() -> kv.put(key, value)));
    }
    redis.kill(); // with much of it not sent

    puts.forEach(put -> put.handle((x, failure) -> failure).join());
    redis.restartSamePort();
    awaitServing(kv);
    loop.answer(kv::close);
    assertThat(log.lines().get(0)).startsWith("WARNING: redis ");
  }

  private static void assertUnavailable(Failure failure, String end) {
    assertThat(failure).hasMessageStartingWith("redis").hasMessageEndingWith(end);
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
  }

  private void awaitDown() {
    for (RedisBackend backend : List.of(counter, set)) {
      await(
          () ->
              backend.health().transform((ok, failure) -> Future.succeededFuture(failure != null)));
    }
  }

  private void awaitServing() {
    awaitServing(counter);
    awaitServing(set);
  }

  private void awaitServing(RedisBackend backend) {
    await(
        () -> backend.health().transform((ok, failure) -> Future.succeededFuture(failure == null)));
  }

  private void await(Supplier<Future<Boolean>> condition) {
    long start = System.nanoTime();
    while (!loop.answer(condition)) {
      assertThat(millisSince(start)).isLessThan(10_000);
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
