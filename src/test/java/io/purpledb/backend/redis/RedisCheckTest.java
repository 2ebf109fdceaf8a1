package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.purpledb.config.RedisLayout;
import io.purpledb.config.StartFailure;
import io.purpledb.service.KvService;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.redis.client.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the start says about a Redis that cannot be used. */
class RedisCheckTest {

  private static final String LOGIN = "redis://ann:s3cret@127.0.0.1:";
  private static final String LOGIN_SHOWN = "redis://ann:***@127.0.0.1:";

  private final TestLoop loop = new TestLoop();

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void opensEveryServiceAndLeavesNoConnection() {
    try (RedisProcess redis = RedisForTests.start("--requirepass", "p@ss w/rd")) {
      String url = redis.url().replace("//", "//:p%40ss%20w%2Frd@");
      RedisBackends backends = backends(url);

      for (String service : TestConfigs.SERVICES) {
        assertThatCode(() -> backends.open(service)).doesNotThrowAnyException();
      }
      backends.close();

      loop.awaitConnections(url, 0);
    }
  }

  @Test
  void letsAUserIn() {
    try (RedisProcess redis =
        RedisForTests.start("--user", "ann", "on", ">s3cret", "allkeys", "+@all")) {
      assertThatCode(() -> backends(LOGIN + redis.port()).open("kv")).doesNotThrowAnyException();
    }
  }

  @Test
  void refusesAWrongPassword() {
    try (RedisProcess redis = RedisForTests.start()) {
      assertThat(refused(LOGIN + redis.port(), "kv"))
          .startsWith("redis-url: " + LOGIN_SHOWN + redis.port() + " cannot be used: WRONGPASS");
    }
  }

  @Test
  void refusesAMissingPassword() {
    try (RedisProcess redis = RedisForTests.start("--requirepass", "s3cret")) {
      assertThat(refused(redis.url(), "kv"))
          .startsWith("redis-url: " + redis.url() + " cannot be used: NOAUTH");
    }
  }

  @Test
  void refusesAnUnreachableServer() {
    RedisProcess redis = RedisForTests.start();
    redis.close();

    assertThat(refused(LOGIN + redis.port(), "cache"))
        .startsWith("redis-url: " + LOGIN_SHOWN + redis.port() + " cannot be used: ")
        .endsWith(" cannot be used: connection refused: 127.0.0.1:" + redis.port())
        .doesNotContain("error(", "/127");
  }

  @Test
  void refusesAnUnknownHost() {
    assertThat(refused("redis://no-such-host.invalid", "cache"))
        .startsWith("redis-url: redis://no-such-host.invalid:6379 cannot be used: ");
  }

  @Test
  void refusesAServerThatHangs() {
    try (RedisProcess redis = RedisForTests.start()) {
      redis.pause();
      // What holds up the machine, or this process, holds up a timer of as long, too.
      CompletableFuture<Long> timer =
          CompletableFuture.supplyAsync(
              System::nanoTime, CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS));

      assertThat(refused(redis.url(), "cache"))
          .isEqualTo("redis-url: " + redis.url() + " cannot be used: no answer within 3000 ms");
      long refused = System.nanoTime();
      assertThat(TimeUnit.NANOSECONDS.toMillis(refused - timer.join())).isLessThan(1000);
    }
  }

  @Test
  void refusesAServerOlderThanHello() {
    try (RedisProcess redis = RedisForTests.start("--rename-command", "HELLO", "")) {
      assertThat(refused(redis.url(), "cache"))
          .isEqualTo(
              "redis-url: %s does not know the command HELLO (expected: Redis 6 or newer)"
                  .formatted(redis.url()));
    }
  }

  @Test
  void refusesAServerInClusterMode() {
    try (RedisProcess redis = RedisForTests.start("--cluster-enabled", "yes")) {
      for (String service : List.of("cache", "kv")) {
        assertThat(refused(redis.url(), service))
            .startsWith("redis-url: " + redis.url() + " is in cluster mode");
      }
    }
  }

  @Test
  void refusesAReplica() {
    try (RedisProcess redis = RedisForTests.start("--replicaof", "127.0.0.1", "1")) {
      assertThat(refused(redis.url(), "kv"))
          .isEqualTo(
              "redis-url: %s cannot be used: the server is a replica (expected: a master)"
                  .formatted(redis.url()));
    }
  }

  @Test
  void refusesAServerWithoutTheDatabase() {
    try (RedisProcess redis = RedisForTests.start("--databases", "4")) {
      assertThatCode(() -> backends(redis.url()).open("kv")).doesNotThrowAnyException();
      assertThat(refused(redis.url(), "set")).contains("DB index is out of range");
    }
  }

  @Test
  void touchesNoDataOfOthers() {
    try (RedisProcess redis = RedisForTests.start()) {
      for (int database = 0; database <= 15; database++) {
        loop.raw(redis.url() + "/" + database, Command.SET, "other", "kept");
      }
      RedisBackends backends = backends(redis.url());
      backends.open("kv");
      KvService kv = loop.call(() -> new KvService(backends.engine("kv")));
      loop.answer(() -> kv.get("none"));
      loop.answer(kv.engine()::close);
      backends.close();

      for (int database = 0; database <= 15; database++) {
        assertThat(loop.raw(redis.url() + "/" + database, Command.GET, "other"))
            .hasToString("kept");
      }
    }
  }

  private RedisBackends backends(String url) {
    return new RedisBackends(loop.vertx(), url, RedisLayout.NATIVE, 5000, 100);
  }

  private String refused(String url, String service) {
    StartFailure failure =
        catchThrowableOfType(StartFailure.class, () -> backends(url).open(service));
    assertThat(failure).isNotNull();
    assertThat(failure.exitCode()).isEqualTo(StartFailure.WRONG_SURROUNDINGS);
    assertThat(failure.line()).doesNotContain("s3cret").hasLineCount(1);
    return failure.line();
  }
}
