package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CacheService;
import io.purpledb.service.CounterService;
import io.purpledb.service.FlagService;
import io.purpledb.service.KvService;
import io.purpledb.service.SetService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waits for a connection until nobody waits for its answer is not sent. */
@Timeout(60)
final class RedisDeadlineTest {

  private static final String KEY = "k";

  private final RedisProcess redis = RedisForTests.start();
  private final TestLoop loop = new TestLoop();
  private final NativeBackends backends =
      new NativeBackends(RedisServer.of(loop.vertx(), redis.url(), 10_000, 64));

  @AfterEach
  void close() {
    loop.close();
    redis.close();
  }

  @Test
  void isNotSent() {
    Call over = Call.within(0);
    List<Supplier<Future<?>>> late =
        List.of(
            () -> new CacheService(backends.engine("cache")).within(over).set(KEY, "v", 60_000),
            () -> new CounterService(backends.engine("counter")).within(over).increment(KEY, 1),
            () -> new FlagService(backends.engine("flag")).within(over).set(KEY, true),
            () ->
                new KvService(backends.engine("kv"))
                    .within(over)
                    .put(KEY, ByteString.copyFromUtf8("v")),
            () -> new SetService(backends.engine("set")).within(over).add(KEY, "i"));

    for (Supplier<Future<?>> write : late) {
      Failure failure = loop.failure(write); // each over a connection that is being made
      assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
      assertThat(failure).hasMessageEndingWith("; nothing was sent");
    }

    assertThat(loop.<Long>answer(() -> new CounterService(backends.engine("counter")).get(KEY)))
        .isZero();
    assertThat(loop.answer(() -> new KvService(backends.engine("kv")).get(KEY))).isNull();
    assertThat(loop.<Boolean>answer(() -> new FlagService(backends.engine("flag")).get(KEY)))
        .isFalse();
    assertThat(loop.answer(() -> new CacheService(backends.engine("cache")).get(KEY))).isNull();
    assertThat(loop.answer(() -> new SetService(backends.engine("set")).get(KEY)).size()).isZero();
  }
}
