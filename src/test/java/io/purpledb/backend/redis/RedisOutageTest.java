package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    RedisCounter late = loop.call(() -> (RedisCounter) backends.counter());

    assertUnavailable(loop.failure(() -> late.get("k")), "; nothing was sent");

    redis.restartSamePort();
    awaitServing(late);
    loop.answer(late::close);
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
  void stoppedWithMuchUnsent() {
    RedisKv kv = loop.call(() -> (RedisKv) backends.kv());
    ByteString value = ByteString.copyFrom(new byte[4 << 20]);
    List<CompletableFuture<Void>> puts = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String key = "k" + i;
      puts.add(loop.start(() -> kv.put(key, value)));
    }
    redis.kill();

    assertUnavailable(Loop.failure(puts.get(15)), "");
    redis.restartSamePort();
    awaitServing(kv);
    awaitServing();
    loop.answer(kv::close);
    assertThat(log.lines()).hasSize(2);
  }

  private static boolean saysNoAuth(@Nullable Throwable failure) {
    return failure != null && String.valueOf(failure.getMessage()).contains("NOAUTH");
  }
}
