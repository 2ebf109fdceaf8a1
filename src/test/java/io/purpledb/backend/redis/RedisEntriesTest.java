package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.backend.redis.engine.RedisEngine;
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
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The services in layout 2 on a Redis that is ill-treated, as others have it in layout 1. */
@Timeout(60)
final class RedisEntriesTest {

  private static final int TIMEOUT_MILLIS = 600;
  private static final int MAX_IN_FLIGHT = 64;
  private static final long LATEST_MILLIS = 3000;

  private final RedisProcess redis = RedisForTests.start();
  private final TestLoop loop = new TestLoop();
  private final List<EntryBackends> open = new ArrayList<>();
  private EntryBackends backends;
  private LogLines log;

  @BeforeEach
  void open() {
    backends = open(redis.url(), TIMEOUT_MILLIS);
    awaitHealth();
    log = new LogLines();
  }

  @AfterEach
  void close() {
    open.forEach(EntryBackends::close);
    loop.close();
    log.close();
    redis.close();
  }

  @Test
  void hangingEndsRequestsAtTheirTimeout() {
    redis.pause();
    long start = System.nanoTime();

    Failure failure = loop.failure(() -> increment(1));

    assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
    assertThat(failure)
        .hasMessage("no reply from redis within 600 ms; a write may or may not have happened");
    assertThat(LinkTest.millisSince(start)).isBetween((long) TIMEOUT_MILLIS, LATEST_MILLIS);
    LinkTest.assertUnavailable(loop.failureAtOnce(() -> increment(1)), "; nothing was sent");

    redis.resume();
    awaitHealth();
    assertThat(loop.answer(this::count)).isBetween(0L, 1L);
  }

  @Test
  void moreInFlightThanAllowedIsBusy() {
    backends = open(redis.url(), 20_000);
    loop.answer(() -> increment(0)); // connected
    redis.pause();
    List<CompletableFuture<Long>> inFlight = new ArrayList<>();
    for (int i = 0; i < MAX_IN_FLIGHT - 1; i++) { // what frees entries may have a place, too
      inFlight.add(loop.start(() -> increment(1)));
    }
    CompletableFuture<Long> last = loop.start(() -> increment(0));

    Failure failure = loop.failureAtOnce(() -> increment(1));
    redis.resume();

    assertThat(failure.kind()).isEqualTo(Kind.BUSY);
    assertThat(failure).hasMessage("redis: 64 commands without a reply (expected: at most 64)");
    inFlight.forEach(TestLoop::await);
    last.handle((sum, error) -> true).join();
    assertThat(loop.answer(this::count)).isEqualTo(MAX_IN_FLIGHT - 1);
  }

  /** It keeps nothing, and knows no scripts any more. */
  @Test
  void stoppedAndStarted() {
    loop.answer(() -> increment(7));
    redis.kill();
    awaitDown();
    LinkTest.assertUnavailable(loop.failureAtOnce(() -> increment(1)), "; nothing was sent");

    redis.restartSamePort();
    awaitHealth();

    assertThat(loop.answer(() -> increment(1))).isEqualTo(1);
    assertThat(loop.answer(() -> new SetService(backends.engine("set")).add("k", "item")))
        .containsExactly("item");
    assertThat(log.lines()).hasSize(2);
    assertThat(log.lines().get(0)).startsWith("WARNING: redis " + redis.url() + " lost: ");
    assertThat(log.lines().get(1)).startsWith("INFO: redis " + redis.url() + " is back after ");
  }

  @Test
  void emptiedMeanwhile() {
    loop.answer(() -> increment(7));
    loop.raw(redis.url(), Command.FLUSHDB);

    assertThat(loop.answer(this::count)).isZero();
    assertThat(loop.answer(() -> increment(1))).isEqualTo(1);
    assertThat(
            loop.answer(() -> new CacheService(backends.engine("cache")).set("k", "text", 60_000)))
        .isNull();
    assertThat(loop.answer(() -> new CacheService(backends.engine("cache")).get("k")))
        .isEqualTo("text");
  }

  /** Also when it has forgotten the scripts meanwhile. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withoutRoomWritesAreRefusedAndReadsAndDeletesAreServed(boolean forgets) {
    loop.answer(() -> increment(7));
    loop.answer(() -> new KvService(backends.engine("kv")).put("k", ByteString.copyFromUtf8("v")));
    loop.raw(redis.url(), Command.CONFIG, "SET", "maxmemory", "1");
    if (forgets) {
      loop.raw(redis.url(), Command.SCRIPT, "FLUSH");
    }

    assertFull(loop.failure(() -> increment(1)));
    assertFull(loop.failure(() -> new SetService(backends.engine("set")).add("k", "item")));
    assertFull(
        loop.failure(() -> new CacheService(backends.engine("cache")).set("k", "text", 60_000)));
    assertFull(loop.failure(() -> new CounterService(backends.engine("counter")).health()));
    assertThat(loop.answer(this::count)).isEqualTo(7);
    assertThat(loop.answer(() -> new KvService(backends.engine("kv")).delete("k"))).isTrue();
    EntryBackends started = open(redis.url(), TIMEOUT_MILLIS);
    assertThat(loop.answer(() -> new CounterService(started.engine("counter")).get("k")))
        .isEqualTo(7);

    loop.raw(redis.url(), Command.CONFIG, "SET", "maxmemory", "0");
    assertThat(loop.answer(() -> new CounterService(backends.engine("counter")).health())).isNull();
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void withTooFewReplicasWritesAreRefusedAndReadsAreServed() {
    loop.raw(redis.url(), Command.CONFIG, "SET", "min-replicas-to-write", "1");

    LinkTest.assertUnavailable(loop.failure(() -> increment(1)), "");
    LinkTest.assertUnavailable(
        loop.failure(() -> new CounterService(backends.engine("counter")).health()), "");
    assertThat(loop.answer(this::count)).isZero();

    loop.raw(redis.url(), Command.CONFIG, "SET", "min-replicas-to-write", "0");
    assertThat(loop.answer(() -> new CounterService(backends.engine("counter")).health())).isNull();
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void afterAFailedSaveWritesAreRefusedAndReadsAreServed() throws IOException {
    loop.answer(() -> increment(7));
    Files.createDirectory(redis.directory().resolve("dump.rdb")); // where the file is to be
    loop.raw(redis.url(), Command.CONFIG, "SET", "save", "3600 1");
    loop.raw(redis.url(), Command.BGSAVE);
    awaitDown();

    LinkTest.assertUnavailable(loop.failure(() -> increment(1)), "");
    assertThat(loop.failure(() -> new CounterService(backends.engine("counter")).health()))
        .hasMessageContaining("MISCONF");
    EntryBackends started = open(redis.url(), TIMEOUT_MILLIS);
    assertThat(loop.answer(() -> new CounterService(started.engine("counter")).get("k")))
        .isEqualTo(7);
    assertThat(log.lines()).isEmpty();

    loop.raw(redis.url(), Command.CONFIG, "SET", "save", "");
    assertThat(loop.answer(() -> new CounterService(backends.engine("counter")).health())).isNull();
  }

  /** A commit is many commands, and one that is not permitted would leave it half done. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-evalsha",
        "-set",
        "-unlink",
        "-zadd",
        "-zrem",
        "-xadd",
        "-hset",
        "-hincrby",
        "-hdel",
        "-hget",
        "-zrank",
        "-pttl",
        "-dbsize",
        "-hmget",
        "-getrange",
        "-zrangebylex",
        "resetkeys",
      })
  void aUserWithoutARightThatItNeedsIsNotReady(String rule) {
    loop.raw(redis.url(), Command.ACL, "SETUSER", "ann", "on", ">s3cret", "~p2:*", "+@all");
    EntryBackends limited = open(redis.url().replace("//", "//ann:s3cret@"), TIMEOUT_MILLIS);
    loop.answer(() -> new CounterService(limited.engine("counter")).increment("k", 1));
    loop.raw(
        redis.url(), Command.ACL, "SETUSER", "ann", "~purple:*"); // where health writes nothing
    assertThat(loop.answer(() -> new CounterService(limited.engine("counter")).health())).isNull();

    loop.raw(redis.url(), Command.ACL, "SETUSER", "ann", rule);

    Failure failure = loop.failure(() -> new CounterService(limited.engine("counter")).health());
    LinkTest.assertUnavailable(failure, "");
    assertThat(failure).hasMessageContaining("NOPERM");
  }

  @Test
  void whatWaitsUntilNobodyWaitsIsNotSent() {
    redis.kill();
    redis.restartSamePort();
    Call over = Call.within(0);
    EntryBackends late = open(redis.url(), 10_000);
    List<Supplier<Future<?>>> writes =
        List.of(
            () -> new CacheService(late.engine("cache")).within(over).set("k", "v", 60_000),
            () -> new CounterService(late.engine("counter")).within(over).increment("k", 1),
            () -> new FlagService(late.engine("flag")).within(over).set("k", true),
            () ->
                new KvService(late.engine("kv"))
                    .within(over)
                    .put("k", ByteString.copyFromUtf8("v")),
            () -> new SetService(late.engine("set")).within(over).add("k", "i"));

    for (Supplier<Future<?>> write : writes) {
      assertThat(loop.failure(write).kind()).isEqualTo(Kind.TIMED_OUT);
    }

    assertThat(loop.<Long>answer(() -> new CounterService(late.engine("counter")).get("k")))
        .isZero();
    assertThat(loop.answer(() -> new KvService(late.engine("kv")).get("k"))).isNull();
    assertThat(loop.<Boolean>answer(() -> new FlagService(late.engine("flag")).get("k"))).isFalse();
    assertThat(loop.answer(() -> new CacheService(late.engine("cache")).get("k"))).isNull();
    assertThat(loop.answer(() -> new SetService(late.engine("set")).get("k")).size()).isZero();
  }

  private EntryBackends open(String url, long timeoutMillis) {
    RedisServer server = RedisServer.of(loop.vertx(), url, timeoutMillis, MAX_IN_FLIGHT);
    EntryBackends made = new EntryBackends(RedisEngine.open(server, true));
    open.add(made);
    return made;
  }

  private Future<Long> increment(long amount) {
    return new CounterService(backends.engine("counter")).increment("k", amount);
  }

  private Future<Long> count() {
    return new CounterService(backends.engine("counter")).get("k");
  }

  private void awaitHealth() {
    await(true);
  }

  private void awaitDown() {
    await(false);
  }

  private void await(boolean serves) {
    long start = System.nanoTime();
    while (loop.answer(
            () ->
                new CounterService(backends.engine("counter"))
                    .health()
                    .transform((ok, error) -> Future.succeededFuture(error == null)))
        != serves) {
      assertThat(LinkTest.millisSince(start)).isLessThan(10_000);
    }
  }

  private static void assertFull(Failure failure) {
    assertThat(failure).hasMessageStartingWith("redis: ").hasMessageContaining("OOM ");
    assertThat(failure.kind()).isEqualTo(Kind.STORAGE_FULL);
  }
}
