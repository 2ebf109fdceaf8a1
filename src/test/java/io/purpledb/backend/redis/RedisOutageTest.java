package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.connection.RedisPermission;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CounterService;
import io.purpledb.service.KvService;
import io.purpledb.service.SetService;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Redis is stopped, started again, or cannot serve. */
class RedisOutageTest extends LinkTest {

  @Test
  void stoppedAndStarted() {
    redis.kill();
    awaitDown();
    assertUnavailable(loop.failureAtOnce(() -> counter.increment("k", 1)), "; nothing was sent");
    assertUnavailable(loop.failureAtOnce(() -> set.add("k", "item")), "; nothing was sent");
    assertUnavailable(loop.failureAtOnce(counter::health), "; nothing was sent");

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
    CounterService late = loop.call(() -> new CounterService(backends.engine("counter")));

    assertUnavailable(loop.failure(() -> late.get("k")), "; nothing was sent");

    redis.restartSamePort();
    awaitServing(late);
    loop.answer(late.engine()::close);
  }

  @Test
  void passwordChangedMeanwhile() {
    loop.raw(redis.url(), Command.CONFIG, "SET", "requirepass", "s3cret");
    String allowed = redis.url().replace("//", "//:s3cret@");
    loop.raw(allowed, Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes");
    awaitDown();

    await(
        () ->
            counter
                .get("k")
                .transform((x, failure) -> Future.succeededFuture(saysNoAuth(failure))));

    loop.raw(allowed, Command.CONFIG, "SET", "requirepass", "");
    awaitServing();
    loop.awaitConnections(redis.url(), 2);
  }

  @Test
  void withoutRoomWritesAreRefusedAndReadsAreServed() {
    loop.answer(() -> counter.increment("k", 7));
    loop.raw(redis.url(), Command.CONFIG, "SET", "maxmemory", "1");

    assertFull(loop.failure(() -> counter.increment("k", 1)));
    assertFull(loop.failure(() -> set.add("k", "item")));
    assertFull(loop.failure(counter::health));
    assertThat(loop.answer(() -> counter.get("k"))).isEqualTo(7);

    loop.raw(redis.url(), Command.CONFIG, "SET", "maxmemory", "0");
    assertThat(loop.answer(counter::health)).isNull();
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void withTooFewReplicasWritesAreRefusedAndReadsAreServed() {
    loop.raw(redis.url(), Command.CONFIG, "SET", "min-replicas-to-write", "1");

    assertUnavailable(loop.failure(() -> counter.increment("k", 1)), "");
    assertUnavailable(loop.failure(counter::health), "");
    assertThat(loop.answer(() -> counter.get("k"))).isZero();

    loop.raw(redis.url(), Command.CONFIG, "SET", "min-replicas-to-write", "0");
    assertThat(loop.answer(counter::health)).isNull();
    assertThat(log.lines()).isEmpty();
  }

  /** A save failed, as on a full disk: Redis then refuses writes, and PING, too. */
  @Test
  void afterAFailedSaveWritesAreRefusedAndReadsAreServed() throws IOException {
    loop.answer(() -> counter.increment("k", 7));
    Files.createDirectory(redis.directory().resolve("dump.rdb")); // where the file is to be
    loop.raw(redis.url(), Command.CONFIG, "SET", "save", "3600 1");
    loop.raw(redis.url(), Command.BGSAVE);
    awaitDown();

    assertUnavailable(loop.failure(() -> counter.increment("k", 1)), "");
    assertThat(loop.failure(counter::health)).hasMessageContaining("MISCONF");
    CounterService another = loop.call(() -> new CounterService(backends.engine("counter")));
    assertThat(loop.answer(() -> another.get("k"))).isEqualTo(7);
    backends.open("counter"); // so does a start
    assertThat(log.lines()).isEmpty();

    loop.raw(redis.url(), Command.CONFIG, "SET", "save", "");
    assertThat(loop.answer(counter::health)).isNull();
    loop.answer(another.engine()::close);
  }

  @Test
  void healthLeavesNoKeyAndTouchesNone() {
    assertThat(loop.answer(counter::health)).isNull();
    assertThat(String.valueOf(loop.raw(redis.url() + "/1", Command.DBSIZE))).isEqualTo("0");

    loop.raw(redis.url() + "/1", Command.SET, "purple:health", "mine");
    loop.raw(redis.url() + "/4", Command.RPUSH, "purple:health", "of another type");
    assertThat(loop.answer(counter::health)).isNull();
    assertThat(loop.answer(set::health)).isNull();
    assertThat(loop.raw(redis.url() + "/1", Command.GET, "purple:health")).hasToString("mine");
  }

  @Test
  void healthNeedsNoPermissionThatServingDoesNot() {
    loop.raw(redis.url(), Command.ACL, "SETUSER", "ann", "on", ">s3cret", "~k*", "+get", "+ping");
    loop.raw(redis.url(), Command.ACL, "SETUSER", "ann", "+select", "+incrby");
    String url = redis.url().replace("//", "//ann:s3cret@");
    NativeBackends own =
        new NativeBackends(RedisServer.of(loop.vertx(), url, TIMEOUT_MILLIS, MAX_IN_FLIGHT));
    CounterService limited = loop.call(() -> new CounterService(own.engine("counter")));

    assertThat(loop.answer(() -> limited.increment("k", 7))).isEqualTo(7);
    assertThat(loop.answer(limited::health)).isNull();
    loop.answer(() -> loop.vertx().timer(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)); // marks meanwhile
    assertThat(loop.answer(() -> limited.get("k"))).isEqualTo(7);
    assertThat(log.lines()).isEmpty();
    loop.answer(limited.engine()::close);
  }

  @Test
  void withoutAnyPermissionItIsNotReady() {
    String url = redis.url().replace("//", "//ann:s3cret@");
    allowAnn("~*", "+@all");
    NativeBackends own =
        new NativeBackends(RedisServer.of(loop.vertx(), url, TIMEOUT_MILLIS, MAX_IN_FLIGHT));
    CounterService counter = loop.call(() -> new CounterService(own.engine("counter")));
    SetService set = loop.call(() -> new SetService(own.engine("set")));
    loop.answer(() -> counter.increment("k", 7));

    for (String[] rules :
        new String[][] {{"-@all"}, {"-@write", "-@scripting"}, {"-sadd", "-incrby"}}) {
      allowAnn(rules);
      assertUnavailable(loop.failure(counter::health), ""); // without one write of a client
      assertUnavailable(loop.failure(set::health), "");
      assertUnavailable(loop.failure(() -> counter.increment("k", 1)), "");
      assertUnavailable(loop.failure(() -> set.add("k", "item")), "");

      allowAnn("~*", "+@all");
      assertThat(loop.answer(counter::health)).isNull();
      assertThat(loop.answer(set::health)).isNull();
    }
    loop.answer(counter.engine()::close);
    loop.answer(set.engine()::close);
  }

  @Test
  void withoutPermissionForAnyKeyItIsNotReadyAfterSomeRefusals() {
    String url = redis.url().replace("//", "//ann:s3cret@");
    allowAnn("~*", "+@all");
    NativeBackends own =
        new NativeBackends(RedisServer.of(loop.vertx(), url, TIMEOUT_MILLIS, MAX_IN_FLIGHT));
    CounterService counter = loop.call(() -> new CounterService(own.engine("counter")));
    SetService set = loop.call(() -> new SetService(own.engine("set")));
    loop.answer(() -> counter.increment("k", 7));
    allowAnn("resetkeys");
    for (int i = 0; i < RedisPermission.REFUSALS; i++) {
      assertThat(loop.answer(counter::health)).isNull(); // it may be about these keys
      assertThat(loop.answer(set::health)).isNull();
      assertUnavailable(loop.failure(() -> counter.increment("k", 1)), "");
      assertUnavailable(loop.failure(() -> set.add("k", "item")), "");
    }
    assertUnavailable(loop.failure(counter::health), "");
    assertUnavailable(loop.failure(set::health), "");

    allowAnn("~*", "+@all");
    assertThat(loop.answer(() -> counter.get("k"))).isEqualTo(7);
    assertUnavailable(loop.failure(counter::health), ""); // it can be read, for all we know
    loop.answer(() -> counter.increment("k", 0));
    loop.answer(() -> set.remove("k", "item"));
    assertThat(loop.answer(counter::health)).isNull();
    assertThat(loop.answer(set::health)).isNull();
    loop.answer(counter.engine()::close);
    loop.answer(set.engine()::close);
  }

  private void allowAnn(String... rules) {
    loop.raw(redis.url(), Command.ACL, "SETUSER", "ann", "on", ">s3cret", "+@connection");
    for (String rule : rules) {
      loop.raw(redis.url(), Command.ACL, "SETUSER", "ann", rule);
    }
    loop.raw(redis.url(), Command.ACL, "SETUSER", "ann", "+@connection");
  }

  @Test
  void connectionsAreReplacedNotLeaked() {
    for (int i = 0; i < 20; i++) {
      loop.raw(redis.url(), Command.CLIENT, "KILL", "TYPE", "normal", "SKIPME", "yes");
      awaitServing();
    }

    loop.awaitConnections(redis.url(), 2);
    loop.answer(counter.engine()::close);
    loop.answer(set.engine()::close);
    loop.awaitConnections(redis.url(), 0);
  }

  @Test
  void stoppedWithMuchUnsent() {
    KvService kv = loop.call(() -> new KvService(backends.engine("kv")));
    ByteString value = ByteString.copyFrom(new byte[4 << 20]);
    List<CompletableFuture<Void>> puts = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String key = "k" + i;
      puts.add(loop.start(() -> kv.put(key, value)));
    }
    redis.kill();

    assertUnavailable(TestLoop.failure(puts.get(15)), "");
    redis.restartSamePort();
    awaitServing(kv);
    awaitServing();
    loop.answer(kv.engine()::close);
    assertThat(log.lines()).hasSize(2);
  }

  private static void assertFull(Failure failure) {
    assertThat(failure).hasMessageStartingWith("redis: ").hasMessageContaining("OOM ");
    assertThat(failure.kind()).isEqualTo(Kind.STORAGE_FULL);
  }

  private static boolean saysNoAuth(@Nullable Throwable failure) {
    return failure != null && String.valueOf(failure.getMessage()).contains("NOAUTH");
  }
}
