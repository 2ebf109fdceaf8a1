package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.connection.RedisPermission;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CacheService;
import io.purpledb.service.CounterService;
import io.purpledb.service.FlagService;
import io.purpledb.service.KvService;
import io.purpledb.service.Service;
import io.purpledb.service.SetService;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Health tells at once whether the user may write, and writes nothing. */
@Timeout(60)
class RedisWriteTrialTest extends LinkTest {

  private final Map<String, Service> services = new LinkedHashMap<>();

  @AfterEach
  void closeServices() {
    services.values().forEach(service -> loop.answer(service.engine()::close));
  }

  @Test
  void aUserWhoMayOnlyReadIsNotReadyFromTheBeginning() {
    open("~*", "+@all", "-@write", "-@scripting");
    services.forEach(
        (name, service) -> {
          assertThat(loop.failure(service::health))
              .as(name)
              .hasMessageContaining("NOPERM")
              .hasMessageContaining("no permissions to run the '")
              .extracting(Failure::kind)
              .isEqualTo(Kind.UNAVAILABLE);
        });
    allow("+@all");
    services.forEach((name, service) -> assertThat(loop.answer(service::health)).isNull());
    assertThat(log.lines()).isEmpty();
  }

  /** The services that a user may not write to without one command. */
  @ParameterizedTest
  @CsvSource({
    "-set, cache flag kv",
    "-del, kv",
    "-incrby, counter",
    "-srem, set",
    "-sadd, set",
    "-smembers, set",
    "-multi, set",
    "-exec, set",
    "-setrange, ''",
    "-get, ''",
  })
  void eachCommandThatAServiceWritesWith(String rules, String notReady) {
    open("~*", "+@all");
    allow(rules.split(" "));
    StringBuilder found = new StringBuilder();
    services.forEach(
        (name, service) -> {
          if (loop.answer(
              () ->
                  service
                      .health()
                      .transform((ok, error) -> Future.succeededFuture(error != null)))) {
            found.append(name).append(' ');
          }
        });
    assertThat(found.toString().strip()).isEqualTo(notReady);
  }

  /** Which keys clients will ask for is not known. */
  @Test
  void aUserWhoMayWriteSomeKeysIsReadyHoweverOftenItIsAsked() {
    open("~k*", "+@all");
    for (int i = 0; i < 2 * RedisPermission.REFUSALS; i++) {
      services.forEach((name, service) -> assertThat(loop.answer(service::health)).isNull());
    }
    assertThat(loop.answer(() -> counter().increment("k", 7))).isEqualTo(7);
  }

  /** A trial that succeeds is no write of a client. */
  @Test
  void refusalsOfClientsAreNotForgottenForIt() {
    open("~purple:*", "+@all");
    CounterService counter = counter();
    for (int i = 0; i < RedisPermission.REFUSALS; i++) {
      loop.failure(() -> counter.increment("k", 1));
      loop.answer(service("kv")::health);
    }
    loop.failure(counter::health);
  }

  /**
   * Also where the one command that asks for all services may not be used. The trial of a set is a
   * removal, which needs no room.
   */
  @ParameterizedTest
  @CsvSource({
    "maxmemory, 1, OOM, 0",
    "min-replicas-to-write, 1, NOREPLICAS, 0",
  })
  void aRedisThatRefusesWrites(String setting, String value, String code, String normal) {
    open("~*", "+@all", "-setrange");
    loop.raw(redis.url(), Command.CONFIG, "SET", setting, value);
    if (code.equals("OOM")) {
      loop.answer(service("set").engine()::close);
      services.remove("set");
    }
    services.forEach(
        (name, service) ->
            assertThat(loop.failure(service::health)).as(name).hasMessageContaining(code));
    loop.raw(redis.url(), Command.CONFIG, "SET", setting, normal);
    services.forEach((name, service) -> assertThat(loop.answer(service::health)).isNull());
  }

  @Test
  void nothingIsWritten() {
    open("~*", "+@all");
    services.forEach((name, service) -> loop.answer(service::health));
    for (int database = 0; database < 5; database++) {
      String url = redis.url() + "/" + database;
      assertThat(loop.raw(url, Command.DBSIZE)).hasToString("0");
      loop.raw(url, Command.SET, "purple:health", "mine");
    }
    services.forEach((name, service) -> loop.answer(service::health));
    for (int database = 0; database < 5; database++) {
      String url = redis.url() + "/" + database;
      assertThat(loop.raw(url, Command.DBSIZE)).hasToString("1");
      assertThat(loop.raw(url, Command.GET, "purple:health")).hasToString("mine");
    }
  }

  private Service service(String name) {
    return Objects.requireNonNull(services.get(name));
  }

  private CounterService counter() {
    return (CounterService) service("counter");
  }

  private void open(String... rules) {
    allow(rules);
    NativeBackends own =
        new NativeBackends(
            RedisServer.of(
                loop.vertx(),
                redis.url().replace("//", "//ann:s3cret@"),
                TIMEOUT_MILLIS,
                MAX_IN_FLIGHT));
    own.open("kv"); // a start, which may read
    services.put("cache", loop.call(() -> new CacheService(own.engine("cache"))));
    services.put("counter", loop.call(() -> new CounterService(own.engine("counter"))));
    services.put("flag", loop.call(() -> new FlagService(own.engine("flag"))));
    services.put("kv", loop.call(() -> new KvService(own.engine("kv"))));
    services.put("set", loop.call(() -> new SetService(own.engine("set"))));
  }

  private void allow(String... rules) {
    loop.raw(redis.url(), Command.ACL, "SETUSER", "ann", "on", ">s3cret", "+@connection");
    for (String rule : rules) {
      loop.raw(redis.url(), Command.ACL, "SETUSER", "ann", rule);
    }
  }
}
