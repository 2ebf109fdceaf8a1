package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.connection.RedisRoom;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.backend.redis.resp.ReplyRoom;
import io.purpledb.backend.redis.resp.RespCodec;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CounterService;
import io.purpledb.service.KvService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Redis hangs (SIGSTOP): requests end at their timeout, and are bounded until then. */
class RedisHangTest extends LinkTest {

  /** When a timeout of {@link #TIMEOUT_MILLIS} is noticed on a machine that is busy, too. */
  private static final long LATEST_MILLIS = 3000;

  @Test
  void requestsBeforeTheFirstConnectionWaitForIt() {
    CompletableFuture<Long> answer =
        loop.start(
            () -> {
              CounterService made = new CounterService(backends.engine("counter"));
              return made.increment("k", 7).eventually(made.engine()::close);
            });

    assertThat(TestLoop.await(answer)).isEqualTo(7);
  }

  @Test
  void requestsBeforeAFirstConnectionThatHangsTimeOut() {
    redis.pause();
    long start = System.nanoTime();
    Failure failure =
        TestLoop.failure(
            loop.start(
                () -> {
                  CounterService made = new CounterService(backends.engine("counter"));
                  return made.increment("k", 7).eventually(made.engine()::close);
                }));

    assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
    assertThat(failure).hasMessageEndingWith("; nothing was sent");
    assertThat(millisSince(start)).isBetween((long) TIMEOUT_MILLIS, LATEST_MILLIS);
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
                    .timer(TIMEOUT_MILLIS - 100, TimeUnit.MILLISECONDS)
                    .compose(x -> counter.increment("k", 1)));

    Failure timedOut = TestLoop.failure(old);
    assertThat(timedOut.kind()).isEqualTo(Kind.TIMED_OUT);
    assertThat(timedOut)
        .hasMessage("no reply from redis within 600 ms; a write may or may not have happened");
    assertThat(millisSince(start)).isBetween((long) TIMEOUT_MILLIS, LATEST_MILLIS);
    assertUnavailable(TestLoop.failure(young), "; a write may or may not have happened");
    assertUnavailable(loop.failureAtOnce(() -> counter.get("k")), "; nothing was sent");

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
        .containsExactly("WARNING: redis " + redis.url() + " lost: no reply within 600 ms");
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
    NativeBackends patient =
        new NativeBackends(RedisServer.of(loop.vertx(), redis.url(), 20_000, MAX_IN_FLIGHT));
    CounterService full = loop.call(() -> new CounterService(patient.engine("counter")));
    loop.answer(full::health);
    redis.pause();
    List<CompletableFuture<Long>> inFlight = new ArrayList<>();
    inFlight.add(loop.start(() -> full.increment("k", 1)));
    // The link asks for a mark meanwhile, which takes no request's place.
    loop.answer(() -> loop.vertx().timer(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
    for (int i = 1; i < MAX_IN_FLIGHT; i++) {
      inFlight.add(loop.start(() -> full.increment("k", 1)));
    }

    Failure failure = loop.failureAtOnce(() -> full.increment("k", 1));
    redis.resume();

    assertThat(failure.kind()).isEqualTo(Kind.BUSY);
    assertThat(failure).hasMessage("redis: 64 commands without a reply (expected: at most 64)");
    inFlight.forEach(TestLoop::await);
    assertThat(loop.answer(() -> full.get("k"))).isEqualTo(MAX_IN_FLIGHT);
    loop.answer(full.engine()::close);
  }

  /** As many bytes as there is room for, and one command more; at its end all room is back. */
  @Test
  void theBytesOfWhatWaitsAreBounded() {
    RedisRoom room = new RedisRoom(1 << 20);
    NativeBackends bounded =
        new NativeBackends(
            RedisServer.of(
                loop.vertx(),
                redis.url(),
                20_000,
                MAX_IN_FLIGHT,
                room,
                new ReplyRoom(1 << 20),
                RespCodec.BOUNDED));
    KvService kv = loop.call(() -> new KvService(bounded.engine("kv")));
    CounterService other = loop.call(() -> new CounterService(bounded.engine("counter")));
    awaitServing(kv);
    awaitServing(other);
    redis.pause();
    ByteString value = ByteString.copyFrom(new byte[700_000]);
    CompletableFuture<Void> first = loop.start(() -> kv.put("1", value));
    CompletableFuture<Void> second = loop.start(() -> kv.put("2", value));

    Failure failure = loop.failureAtOnce(() -> kv.put("3", value));
    assertThat(failure.kind()).isEqualTo(Kind.BUSY);
    assertThat(failure)
        .hasMessageMatching(
            "redis: 1400\\d{3} bytes of commands without a reply \\(expected: at most 1048576\\)");
    assertThat(loop.failureAtOnce(() -> other.get("k")).kind()).isEqualTo(Kind.BUSY);
    redis.resume();

    TestLoop.await(first);
    TestLoop.await(second);
    assertThat(loop.call(room::usedBytes)).isZero();
    loop.answer(() -> kv.put("3", value));
    loop.answer(kv.engine()::close);
    loop.answer(other.engine()::close);
  }

  @Test
  void closedBackendFailsWhatIsInFlight() {
    redis.pause();
    CompletableFuture<Long> answer = loop.start(() -> counter.increment("k", 1));
    loop.answer(counter.engine()::close);

    assertUnavailable(TestLoop.failure(answer), "; a write may or may not have happened");
    assertThat(log.lines()).isEmpty();
  }
}
