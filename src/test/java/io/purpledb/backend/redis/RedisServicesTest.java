package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CacheService;
import io.purpledb.service.CounterService;
import io.purpledb.service.FlagService;
import io.purpledb.service.KvService;
import io.purpledb.service.Service;
import io.purpledb.service.SetService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in Redis for each service, and what is made of what others put there. */
class RedisServicesTest {

  private final String url = RedisForTests.shared().url();
  private final String key = "é " + UUID.randomUUID();
  private final TestLoop loop = new TestLoop();
  private final NativeBackends backends =
      new NativeBackends(RedisServer.of(loop.vertx(), url, 5000, 100));
  private CacheService cache;
  private CounterService counter;
  private FlagService flag;
  private KvService kv;
  private SetService set;

  @BeforeEach
  void open() {
    cache = loop.call(() -> new CacheService(backends.engine("cache")));
    counter = loop.call(() -> new CounterService(backends.engine("counter")));
    flag = loop.call(() -> new FlagService(backends.engine("flag")));
    kv = loop.call(() -> new KvService(backends.engine("kv")));
    set = loop.call(() -> new SetService(backends.engine("set")));
  }

  @AfterEach
  void close() {
    for (Service backend : List.of(cache, counter, flag, kv, set)) {
      loop.answer(backend.engine()::close);
    }
    for (int database = 0; database <= 4; database++) {
      raw(database, Command.DEL, key);
    }
    loop.close();
  }

  @Test
  void eachServiceHasItsDatabase() {
    loop.answer(() -> cache.set(key, "text", 60_000));
    loop.answer(() -> counter.increment(key, 42));
    loop.answer(() -> flag.set(key, true));
    loop.answer(() -> kv.put(key, ByteString.copyFromUtf8("bytes")));
    loop.answer(() -> set.add(key, "item"));

    assertThat(raw(0, Command.GET, key)).hasToString("text");
    assertThat(raw(1, Command.GET, key)).hasToString("42");
    assertThat(raw(2, Command.GET, key)).hasToString("true");
    assertThat(raw(3, Command.GET, key)).hasToString("bytes");
    assertThat(raw(4, Command.SMEMBERS, key)).hasToString("[item]");
  }

  @Test
  void cacheValueAndExpiryAreOneCommand() {
    try (RedisProcess own = RedisForTests.start("--slowlog-log-slower-than", "0")) {
      NativeBackends there = new NativeBackends(RedisServer.of(loop.vertx(), own.url(), 5000, 100));
      CacheService logged = loop.call(() -> new CacheService(there.engine("cache")));

      loop.answer(() -> logged.set("k", "text", 60_000));

      // Redis keeps it while now <= its deadline, the promise is now < deadline: one less.
      assertThat(String.valueOf(loop.raw(own.url(), Command.SLOWLOG, "GET", "20")))
          .contains("[set, k, text, PX, 59999]")
          .doesNotContainIgnoringCase("expire");
      loop.answer(logged.engine()::close);
    }
  }

  @Test
  void cacheTakesTheShortestTtl() {
    loop.answer(() -> cache.set(key, "text", 1));

    assertThat(number(raw(0, Command.PTTL, key))).isLessThanOrEqualTo(1);
  }

  @Test
  void cacheValueOfBytesIsAConflict() {
    raw(0, Command.SET, key, new byte[] {'a', (byte) 0xff});

    assertConflict(
        loop.failure(() -> cache.get(key)), key + ": bytes in redis (expected: a text in UTF-8)");
  }

  @Test
  void kvKeepsEveryByte() {
    byte[] bytes = new byte[1 << 20];
    new Random(1).nextBytes(bytes);
    for (ByteString value :
        List.of(ByteString.EMPTY, ByteString.copyFromUtf8("\r\n\0"), ByteString.copyFrom(bytes))) {
      loop.answer(() -> kv.put(key, value));
      assertThat(loop.answer(() -> kv.get(key))).isEqualTo(value);
    }
    assertThat(loop.answer(() -> kv.delete(key))).isTrue();
    assertThat(loop.answer(() -> kv.delete(key))).isFalse();
    assertThat(loop.answer(() -> kv.get(key))).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, 999_999_999_999_999_999L, -1, 0})
  void counterTakesAnyAmount(long amount) {
    assertThat(loop.answer(() -> counter.increment(key, amount))).isEqualTo(amount);
    assertThat(loop.answer(() -> counter.get(key))).isEqualTo(amount);
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, 1",
    "-9223372036854775808, -1",
    "-2, -9223372036854775808",
  })
  void counterRefusesToOverflow(long value, long amount) {
    loop.answer(() -> counter.increment(key, value));

    Failure failure = loop.failure(() -> counter.increment(key, amount));

    assertThat(failure).hasMessage(CounterService.overflow(key, amount).getMessage());
    assertThat(loop.answer(() -> counter.get(key))).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ten", "007", "+7", " 7", "7.0", "9223372036854775808"})
  void counterThatIsNoIntegerIsAConflict(String text) {
    raw(1, Command.SET, key, text);
    String expected =
        "counter %s: \"%s\" in redis (expected: an integer from %d to %d)"
            .formatted(key, text, Long.MIN_VALUE, Long.MAX_VALUE);

    assertConflict(loop.failure(() -> counter.get(key)), expected);
    assertConflict(loop.failure(() -> counter.increment(key, 1)), expected);
    assertThat(raw(1, Command.GET, key)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({"true, true", "false, false", "1, true", "0, false"})
  void flagReadsWhatTheOriginalWrote(String text, boolean value) {
    raw(2, Command.SET, key, text);

    assertThat(loop.answer(() -> flag.get(key))).isEqualTo(value);
  }

  @Test
  void flagThatIsNoBooleanIsAConflict() {
    raw(2, Command.SET, key, "maybe");

    assertConflict(
        loop.failure(() -> flag.get(key)),
        "flag " + key + ": \"maybe\" in redis (expected: true or false)");
  }

  @Test
  void setIsSortedByBytesOfUtf8() {
    List<String> sorted = List.of("10", "9", "B", "a", "é", "\uFFFD", "\uD83D\uDE00");
    for (String item : List.of("é", "\uD83D\uDE00", "9", "a", "\uFFFD", "10", "B", "a")) {
      loop.answer(() -> set.add(key, item));
    }

    assertThat(loop.answer(() -> set.get(key))).isEqualTo(sorted);
    assertThat(loop.answer(() -> set.remove(key, "a")))
        .isEqualTo(sorted.stream().filter(item -> !item.equals("a")).toList());
  }

  @Test
  void setWorksAfterRedisForgetsTheScripts() {
    loop.answer(() -> set.add(key, "1"));
    raw(4, Command.SCRIPT, "FLUSH");

    assertThat(loop.answer(() -> set.add(key, "2"))).containsExactly("1", "2");
    raw(4, Command.SCRIPT, "FLUSH");
    assertThat(loop.answer(() -> set.remove(key, "1"))).containsExactly("2");
    assertThat(loop.answer(() -> set.remove(key, "2"))).isEmpty();
    assertThat(number(raw(4, Command.EXISTS, key))).isZero();
  }

  @Test
  void keyOfAnotherRedisTypeIsAConflict() {
    raw(3, Command.HSET, key, "format", "2");
    raw(1, Command.SADD, key, "item");
    raw(4, Command.SET, key, "text");

    assertConflict(loop.failure(() -> kv.get(key)), key + ": a redis hash (expected: a string)");
    assertConflict(
        loop.failure(() -> counter.increment(key, 1)), key + ": a redis set (expected: a string)");
    String noSet = key + ": a redis string (expected: a set)";
    assertConflict(loop.failure(() -> set.get(key)), noSet);
    assertConflict(loop.failure(() -> set.add(key, "item")), noSet);
    assertConflict(loop.failure(() -> set.remove(key, "item")), noSet);
  }

  private static void assertConflict(Failure failure, String text) {
    assertThat(failure).hasMessage(text);
    assertThat(failure.kind()).isEqualTo(Kind.CONFLICT);
  }

  private @Nullable Response raw(int database, Command command, Object... arguments) {
    return loop.raw(url + "/" + database, command, arguments);
  }

  private static long number(@Nullable Response reply) {
    return reply == null ? 0 : reply.toLong();
  }
}
