package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CounterService;
import io.purpledb.service.Service;
import io.purpledb.service.SetService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two services of one loop on a Redis of their own, which is then ill-treated. */
abstract class LinkTest {

  static final int TIMEOUT_MILLIS = 600;
  static final int MAX_IN_FLIGHT = 64;

  final RedisProcess redis = RedisForTests.start();
  final TestLoop loop = new TestLoop();
  final NativeBackends backends =
      new NativeBackends(RedisServer.of(loop.vertx(), redis.url(), TIMEOUT_MILLIS, MAX_IN_FLIGHT));
  CounterService counter;
  SetService set;
  LogLines log;

  @BeforeEach
  final void open() {
    counter = loop.call(() -> new CounterService(backends.engine("counter")));
    set = loop.call(() -> new SetService(backends.engine("set")));
    awaitServing(); // at last, if the process is slow because it has just begun
    log = new LogLines();
  }

  @AfterEach
  final void close() {
    loop.answer(counter.engine()::close);
    loop.answer(set.engine()::close);
    loop.close();
    log.close();
    redis.close();
  }

  static void assertUnavailable(Failure failure, String end) {
    assertThat(failure).hasMessageStartingWith("redis").hasMessageEndingWith(end);
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
  }

  void awaitDown() {
    for (Service backend : List.of(counter, set)) {
      await(
          () ->
              backend.health().transform((ok, failure) -> Future.succeededFuture(failure != null)));
    }
  }

  void awaitServing() {
    awaitServing(counter);
    awaitServing(set);
  }

  void awaitServing(Service backend) {
    await(
        () -> backend.health().transform((ok, failure) -> Future.succeededFuture(failure == null)));
  }

  void await(Supplier<Future<Boolean>> condition) {
    long start = System.nanoTime();
    while (!loop.answer(condition)) {
      assertThat(millisSince(start)).isLessThan(10_000);
    }
  }

  static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
