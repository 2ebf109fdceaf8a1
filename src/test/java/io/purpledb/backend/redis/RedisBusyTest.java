package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.service.CounterService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A link that has as much to do as it may is busy, and not down. */
@Timeout(60)
final class RedisBusyTest {

  private static final int MAX_IN_FLIGHT = 1;

  @Test
  void isHealthyAndItsHealthTakesNoPlace() throws Exception {
    TestLoop loop = new TestLoop();
    try (RedisProcess redis = RedisForTests.start()) {
      NativeBackends backends =
          new NativeBackends(RedisServer.of(loop.vertx(), redis.url(), 10_000, MAX_IN_FLIGHT));
      CounterService counter = loop.call(() -> new CounterService(backends.engine("counter")));
      loop.answer(() -> counter.increment("c", 1)); // connected

      List<Future<?>> asked =
          loop.call(
              () -> {
                List<Future<?>> all = new ArrayList<>();
                all.add(counter.health());
                all.add(counter.increment("c", 1));
                all.add(counter.health());
                return all;
              });

      for (Future<?> answer : asked) {
        answer.await(30, TimeUnit.SECONDS);
      }
      assertThat(loop.answer(() -> counter.get("c"))).isEqualTo(2);
      loop.answer(counter.engine()::close);
    } finally {
      loop.close();
    }
  }
}
