package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.backend.redis.engine.RedisEngine;
import io.purpledb.config.RedisLayout;
import io.purpledb.config.StartFailure;
import io.purpledb.message.Failure;
import io.purpledb.service.CacheService;
import io.purpledb.service.CounterService;
import io.purpledb.service.FlagService;
import io.purpledb.service.KvService;
import io.purpledb.service.Service;
import io.purpledb.service.SetService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which layout is served, by what the Redis holds and by the setting. */
@Timeout(60)
final class RedisLayoutTest {

  private static final ByteString VALUE = ByteString.copyFromUtf8("value");

  private final TestLoop loop = new TestLoop();
  private final RedisProcess redis = RedisForTests.start();
  private final List<RedisBackends> open = new ArrayList<>();
  private final LogLines log = new LogLines();

  @AfterEach
  void close() {
    open.forEach(RedisBackends::close);
    loop.close();
    log.close();
    redis.close();
  }

  @Test
  void anEmptyOneGetsLayout1WhenThatIsAskedFor() {
    put(open(RedisLayout.NATIVE));

    assertThat(in(3, "GET k")).isEqualTo("value");
    assertThat(redis.run("DBSIZE")).isEqualTo(":0");
  }

  @ParameterizedTest
  @EnumSource(
      value = RedisLayout.class,
      names = {"AUTO", "ENTRIES"})
  void anEmptyOneGetsLayout2AndKeepsIt(RedisLayout layout) {
    put(open(layout));
    assertThat(in(3, "GET k")).isEqualTo("null");

    RedisBackends found = open(RedisLayout.AUTO);

    assertThat(get(found)).isEqualTo(VALUE);
    assertThat(refusal(RedisLayout.NATIVE))
        .isEqualTo(
            "redis-url: %s holds layout 2 (expected: layout 1, or redis-layout: auto or 2)"
                .formatted(redis.url()));
  }

  /** Somebody else's, in a database that no layout has: it is not empty, but layout 2 fits in. */
  @Test
  void besideOthersAnythingIsServedAsBeforeUnlessLayout2IsAskedFor() {
    in(9, "SET theirs 1");

    put(open(RedisLayout.AUTO));

    assertThat(in(3, "GET k")).isEqualTo("value");
    in(3, "DEL k");
    put(open(RedisLayout.ENTRIES));
    assertThat(get(open(RedisLayout.AUTO))).isEqualTo(VALUE);
    assertThat(in(9, "GET theirs")).isEqualTo("1");
  }

  /** What a start has seen empty may not be so any more when it makes its layout. */
  @Test
  void whatIsWrittenMeanwhileIsNotOverlooked() {
    in(9, "SET theirs 1");
    RedisServer server = RedisServer.of(loop.vertx(), redis.url(), 5_000, 100);

    StartFailure failure =
        catchThrowableOfType(StartFailure.class, () -> RedisEngine.open(server, false));

    assertThat(failure).hasMessageContaining("1 keys in database 9");
    assertThat(redis.run("EXISTS p2:format")).isEqualTo(":0");
  }

  /** What a script could not do in the middle of a commit, or cannot be told, is found out. */
  @ParameterizedTest
  @ValueSource(strings = {"-eval", "-script", "-evalsha", "-hincrby", "-pttl", "resetkeys"})
  void anEmptyOneThatCannotHaveLayout2GetsLayout1AndALineSaysWhy(String rule) {
    redis.run(
        "ACL SETUSER ann on >secret ~* +@all " + rule + (rule.equals("resetkeys") ? " ~k" : ""));
    String url = redis.url().replace("//", "//ann:secret@");

    put(open(url, RedisLayout.AUTO));

    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().get(0))
        .startsWith("WARNING: redis redis://ann")
        .contains("is empty and gets layout 1, which it keeps, as it cannot have layout 2: ")
        .contains("NOPERM")
        .doesNotContain("secret");
    assertThat(in(3, "GET k")).isEqualTo("value");
    assertThat(redis.run("EXISTS p2:format")).isEqualTo(":0");
  }

  @Test
  void allServicesAreEntries() {
    RedisBackends there = open(RedisLayout.ENTRIES);
    CacheService cache = new CacheService(there.engine("cache"));
    CounterService counter = new CounterService(there.engine("counter"));
    FlagService flag = new FlagService(there.engine("flag"));
    SetService set = new SetService(there.engine("set"));

    loop.answer(() -> cache.set("k", "text", 60_000));
    loop.answer(() -> counter.increment("k", 42));
    loop.answer(() -> flag.set("k", true));
    loop.answer(() -> set.add("k", "item"));
    put(there);

    assertThat(loop.answer(() -> cache.get("k"))).isEqualTo("text");
    assertThat(loop.answer(() -> counter.get("k"))).isEqualTo(42);
    assertThat(loop.answer(() -> flag.get("k"))).isTrue();
    assertThat(loop.answer(() -> set.get("k"))).containsExactly("item");
    assertThat(get(there)).isEqualTo(VALUE);
    for (int database = 1; database <= 4; database++) {
      assertThat(in(database, "DBSIZE")).isEqualTo("0");
    }
    for (Service backend : List.<Service>of(cache, counter, flag, set)) {
      assertThat(loop.answer(backend::health)).isNull();
    }
  }

  /** Whoever comes second finds what the first has made. */
  @ParameterizedTest
  @EnumSource(
      value = RedisLayout.class,
      names = {"AUTO", "ENTRIES"})
  void twoThatStartAtOnceAgree(RedisLayout layout) {
    for (int round = 0; round < 20; round++) {
      redis.run("FLUSHALL");
      List<CompletableFuture<RedisBackends>> starts = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        starts.add(CompletableFuture.supplyAsync(() -> open(layout)));
      }
      RedisBackends one = starts.get(0).join();
      RedisBackends other = starts.get(1).join();

      put(one);

      assertThat(get(other)).isEqualTo(VALUE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void dataOfLayout1IsServed(int database) {
    in(database, "SET other 1");

    put(open(RedisLayout.AUTO));

    assertThat(in(3, "GET k")).isEqualTo("value");
    assertThat(refusal(RedisLayout.ENTRIES))
        .contains("1 keys in database " + database, "redis-layout: auto or 1")
        .hasLineCount(1);
    assertThat(redis.run("EXISTS p2:format")).isEqualTo(":0");
  }

  /** A server of before does not know layout 2, and writes beside it. */
  @Test
  void bothLayoutsAtOnceAreNotServedUnlessOneIsChosen() {
    put(open(RedisLayout.ENTRIES));
    in(3, "SET k beside");
    in(1, "SET c 1");

    assertThat(refusal(RedisLayout.AUTO))
        .isEqualTo(
            "redis-url: %s holds layout 2 and also 1 keys in database 1, 1 keys in database 3 (expected:"
                    .formatted(redis.url())
                + " one layout; redis-layout: 2 serves the former and leaves the latter alone,"
                + " redis-layout: 1 the other way round)");

    assertThat(get(open(RedisLayout.ENTRIES))).isEqualTo(VALUE);
    RedisBackends beside = open(RedisLayout.NATIVE);
    assertThat(get(beside)).isEqualTo(ByteString.copyFromUtf8("beside"));
    CacheService cache = loop.call(() -> new CacheService(beside.engine("cache")));
    for (String key : List.of("p2:format", "p2:state", "p2:", "p2:{17}:kv:default:k")) {
      Failure read = loop.failure(() -> cache.get(key));
      assertThat(read.kind()).isEqualTo(Failure.Kind.CONFLICT);
      assertThat(read)
          .hasMessage(key + ": a key of layout 2 (expected: one that does not begin with p2:)");
      assertThat(loop.failure(() -> cache.set(key, "text", 60_000)).kind())
          .isEqualTo(Failure.Kind.CONFLICT);
    }
    assertThat(loop.answer(() -> cache.set("p2", "text", 60_000))).isNull();
    assertThat(loop.answer(() -> cache.get("p2"))).isEqualTo("text");
    close(beside, cache);
    assertThat(get(open(RedisLayout.ENTRIES))).isEqualTo(VALUE);
  }

  /** Which a client of the cache can put there. */
  @Test
  void aTextOfTheCacheIsNoLayout() {
    RedisBackends one = open(RedisLayout.NATIVE);
    CacheService cache = loop.call(() -> new CacheService(one.engine("cache")));
    loop.answer(() -> cache.set("p2:format", "2", 60_000));
    close(one, cache);

    put(open(RedisLayout.AUTO));

    assertThat(in(3, "GET k")).isEqualTo("value");
    assertThat(refusal(RedisLayout.ENTRIES)).contains("1 keys in database 0");
  }

  /** Who may not ask what is there has served layout 1 until now, and goes on. */
  @Test
  void aUserWithoutRightsForLayout2IsServedLayout1() {
    redis.run("ACL SETUSER ann on >secret ~k +@all -@scripting -dbsize -info");
    String url = redis.url().replace("//", "//ann:secret@");

    put(open(url, RedisLayout.AUTO));

    assertThat(in(3, "GET k")).isEqualTo("value");
    assertThat(redis.run("EXISTS p2:format")).isEqualTo(":0");
  }

  @Test
  void whatMayLoseItsIndexesIsRefused() {
    redis.run("CONFIG SET maxmemory-policy allkeys-lru");

    assertThat(refusal(RedisLayout.ENTRIES))
        .isEqualTo(
            "redis-url: %s has the maxmemory-policy allkeys-lru (expected: noeviction or volatile-…, as layout 2 has"
                    .formatted(redis.url())
                + " keys that others need)");
    assertThat(redis.run("EXISTS p2:format")).isEqualTo(":0");
    put(open(RedisLayout.AUTO));
    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().get(0)).contains("gets layout 1", "maxmemory-policy is allkeys-lru");
    assertThat(in(3, "GET k")).isEqualTo("value");
  }

  private RedisBackends open(RedisLayout layout) {
    return open(redis.url(), layout);
  }

  private RedisBackends open(String url, RedisLayout layout) {
    RedisBackends made = new RedisBackends(loop.vertx(), url, layout, 5_000, 100);
    made.open("kv");
    synchronized (open) {
      open.add(made);
    }
    return made;
  }

  private String refusal(RedisLayout layout) {
    StartFailure failure = catchThrowableOfType(StartFailure.class, () -> open(layout));
    assertThat(failure).isNotNull();
    return failure.line();
  }

  private void put(RedisBackends backends) {
    KvService kv = loop.call(() -> new KvService(backends.engine("kv")));
    loop.answer(() -> kv.put("k", VALUE));
    close(backends, kv);
  }

  private void close(RedisBackends backends, Service service) {
    if (!backends.isShared()) {
      loop.answer(service.engine()::close);
    }
  }

  private @Nullable ByteString get(RedisBackends backends) {
    KvService kv = loop.call(() -> new KvService(backends.engine("kv")));
    ByteString value = loop.answer(() -> kv.get("k"));
    close(backends, kv);
    return value;
  }

  private String in(int database, String command) {
    String[] words = command.split(" ");
    Object[] arguments = List.of(words).subList(1, words.length).toArray();
    return String.valueOf(
        loop.raw(redis.url() + "/" + database, Command.create(words[0]), arguments));
  }
}
