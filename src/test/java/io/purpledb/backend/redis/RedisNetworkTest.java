package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CounterService;
import io.vertx.core.net.NetServerOptions;
import io.vertx.redis.client.Command;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The network between Purple and Redis falls silent or resets connections. */
class RedisNetworkTest extends LinkTest {

  @Test
  void silentNetworkIsSurvived() {
    Front front = new Front(loop, redis.port(), new NetServerOptions());
    CounterService far = behind(front, TIMEOUT_MILLIS);
    front.silent = true;
    log.await(1);
    assertUnavailable(loop.failure(() -> far.get("k")), "; nothing was sent");
    // The next attempt to connect gets through to nobody, and never hears of it.
    loop.answer(() -> loop.vertx().timer(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
    front.silent = false;

    awaitServing(far);
    assertThat(log.lines()).hasSize(2);
    loop.answer(far.engine()::close);
  }

  @Test
  void connectionThatTimedOutIsNotWaitedFor() {
    Front front = new Front(loop, redis.port(), new NetServerOptions());
    CounterService far = behind(front, 3000);
    front.silent = true;
    assertThat(loop.failure(() -> far.get("k")).kind()).isEqualTo(Kind.TIMED_OUT);
    front.silent = false;
    long start = System.nanoTime();

    awaitServing(far);
    assertThat(millisSince(start)).isLessThan(2000);
    loop.answer(far.engine()::close);
  }

  @Test
  void resetConnectionsAreQuiet() {
    Front front = new Front(loop, redis.port(), new NetServerOptions());
    CounterService far = behind(front, TIMEOUT_MILLIS);
    front.resetting = true;
    loop.raw(redis.url(), Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes");
    log.await(1);
    loop.answer(() -> loop.vertx().timer(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
    front.resetting = false;

    awaitServing(far);
    awaitServing();
    assertThat(log.lines()).hasSize(4).noneMatch(line -> line.startsWith("SEVERE"));
    loop.answer(far.engine()::close);
  }

  private CounterService behind(Front front, long timeoutMillis) {
    NativeBackends backends =
        new NativeBackends(
            RedisServer.of(
                loop.vertx(), "redis://127.0.0.1:" + front.port(), timeoutMillis, MAX_IN_FLIGHT));
    CounterService far = loop.call(() -> new CounterService(backends.engine("counter")));
    awaitServing(far);
    return far;
  }
}
