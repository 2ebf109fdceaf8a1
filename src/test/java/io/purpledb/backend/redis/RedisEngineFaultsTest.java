package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.engine.RedisEngine;
import io.purpledb.config.StartFailure;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.Outcome;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Future;
import io.vertx.core.net.NetServerOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine on a Redis of its own, which is then ill-treated. */
@Timeout(60)
final class RedisEngineFaultsTest {

  private static final int TIMEOUT_MILLIS = 10_000;

  /** Where it is waited for. */
  private static final int SHORT_TIMEOUT_MILLIS = 1_500;

  private static final int MAX_IN_FLIGHT = 10_000;
  private static final String SPACE = "n";
  private static final Key A = key("a");
  private static final Key B = Key.of("other", "counter", "b");
  private static final Key TEXT = key("text");

  /** Where Redis has it. */
  private static final String STORED_TEXT = "p2:{17}:kv:n:text";

  private static final String POSITION =
      "local p=redis.pcall('HGET','p2:state','position')"
          + " return redis.status_reply(type(p)=='string' and p or 'none')";

  private final TestLoop loop = new TestLoop();
  private RedisProcess redis = RedisForTests.start();
  private Engine engine = open(redis.url());

  private Engine open(String url) {
    return open(url, TIMEOUT_MILLIS);
  }

  private Engine open(String url, long timeoutMillis) {
    return RedisEngine.open(loop.vertx(), url, timeoutMillis, MAX_IN_FLIGHT);
  }

  /** Begins with another server. */
  private void restartWith(String... arguments) {
    loop.answer(engine::close);
    redis.close();
    redis = RedisForTests.start(arguments);
    engine = open(redis.url());
  }

  @AfterEach
  void close() {
    loop.answer(engine::close);
    loop.close();
    redis.close();
  }

  private static Key key(String name) {
    return Key.of(SPACE, "kv", name);
  }

  private static Change add(Key key, long amount) {
    return new Change.Add(key, amount, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static Change put(Key key, String value, long ttl) {
    Value bytes = new Value.OfBytes(ByteString.copyFromUtf8(value));
    return new Change.Put(key, bytes, Description.NONE, ttl);
  }

  private static Commit both() {
    return new Commit(List.of(), List.of(add(A, 1), add(B, 1)), List.of());
  }

  private Committed commit(Change... changes) {
    Commit commit = new Commit(List.of(), List.of(changes), List.of());
    return loop.answer(() -> engine.commit(Call.NOTHING, commit));
  }

  private Failure refused(Change... changes) {
    Commit commit = new Commit(List.of(), List.of(changes), List.of());
    return loop.failure(() -> engine.commit(Call.NOTHING, commit));
  }

  private Entry get(Key key) {
    return loop.answer(() -> engine.get(Call.NOTHING, key));
  }

  private String text(Key key) {
    Entry entry = get(key);
    return entry == null ? "nothing" : ((Value.OfBytes) entry.value()).content().toStringUtf8();
  }

  private List<Long> numbers() {
    List<Entry> entries = loop.answer(() -> engine.read(Call.NOTHING, List.of(A, B)));
    List<Long> numbers = new ArrayList<>();
    entries.forEach(
        entry -> numbers.add(entry == null ? 0 : ((Value.OfNumber) entry.value()).number()));
    return numbers;
  }

  private List<Entry> all() {
    return loop.answer(() -> engine.scan(Call.NOTHING, Scan.of(Range.of(SPACE, "kv"), 1_000)))
        .entries();
  }

  /** Asks until it is answered: connections are made anew after pauses. */
  private void awaitHealth() {
    long start = System.nanoTime();
    while (!loop.answer(
        () -> engine.health().transform((ok, error) -> Future.succeededFuture(error == null)))) {
      assertThat(LinkTest.millisSince(start)).isLessThan(20_000);
    }
  }

  private BlockingQueue<Event> watch(long after) {
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    loop.call(() -> engine.watch(Call.NOTHING, Range.of(SPACE, "kv"), after).handler(told::add));
    return told;
  }

  private static Event next(BlockingQueue<Event> told) throws InterruptedException {
    Event event = told.poll(10, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return event;
  }

  /** The connection ends between a commit and its answer: it was done, whole. */
  @Test
  void aLostAnswerLeavesOpenWhatHappened() {
    Front front = new Front(loop, redis.port(), new NetServerOptions());
    loop.answer(engine::close);
    engine = open("redis://127.0.0.1:" + front.port());
    loop.answer(() -> engine.commit(Call.NOTHING, both()));
    for (long round = 2; round < 6; round++) {
      front.losing = true;
      Failure failure = loop.failure(() -> engine.commit(Call.NOTHING, both()));
      front.losing = false;

      assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(failure).hasMessageEndingWith(Outcome.UNKNOWN);
      awaitHealth();
      assertThat(numbers()).containsExactly(round, round);
    }
  }

  /** The network swallows a commit: the caller is told in time, and nothing of it is there. */
  @Test
  void aSwallowedCommitIsTimedOut() {
    Front front = new Front(loop, redis.port(), new NetServerOptions());
    loop.answer(engine::close);
    engine = open("redis://127.0.0.1:" + front.port(), SHORT_TIMEOUT_MILLIS);
    loop.answer(() -> engine.commit(Call.NOTHING, both()));
    front.silent = true;

    Failure failure = loop.failure(() -> engine.commit(Call.NOTHING, both()));

    front.silent = false;
    assertThat(failure.kind()).isIn(Kind.TIMED_OUT, Kind.UNAVAILABLE);
    assertThat(failure).hasMessageEndingWith(Outcome.UNKNOWN);
    awaitHealth();
    assertThat(numbers()).containsExactly(1L, 1L);
  }

  @Test
  void aReplicaChangesNothing() {
    loop.answer(engine::close);
    engine = open(redis.url(), SHORT_TIMEOUT_MILLIS);
    loop.answer(() -> engine.commit(Call.NOTHING, both()));
    redis.run("REPLICAOF 127.0.0.1 1");

    Failure failure = loop.failure(() -> engine.commit(Call.NOTHING, both()));

    assertThat(failure.kind()).isIn(Kind.UNAVAILABLE, Kind.TIMED_OUT);
    redis.run("REPLICAOF NO ONE");
    awaitHealth();
    assertThat(numbers()).containsExactly(1L, 1L);
    loop.answer(() -> engine.commit(Call.NOTHING, both()));
    assertThat(numbers()).containsExactly(2L, 2L);
  }

  /** A server that knows no scripts may have lost changes: positions go on beyond them. */
  @Test
  void forgottenScriptsAreToldAgain() throws Exception {
    long before = commit(put(TEXT, "1", Change.FOREVER)).position();
    BlockingQueue<Event> told = watch(before - 1);
    assertThat(next(told).position()).isEqualTo(before);

    redis.run("SCRIPT FLUSH");
    Committed after = commit(put(TEXT, "2", Change.FOREVER));

    assertThat(after.position()).isGreaterThan(before + 1_000);
    assertThat(next(told).kind()).isEqualTo(Event.Kind.GAP);
    Event put = next(told);
    assertThat(put.position()).isEqualTo(after.position());
    redis.run("SCRIPT FLUSH");
    assertThat(all()).hasSize(1);
  }

  @Test
  void changesOfAnotherProcessAreToldToo() throws Exception {
    Engine other = open(redis.url());
    Commit put = Commit.of(put(TEXT, "other", Change.FOREVER));
    // Its own, for "now" is when the server is asked, which may be after the other's change.
    long before = loop.answer(() -> engine.commit(Call.NOTHING, put)).position();
    BlockingQueue<Event> told = watch(before);

    long position = loop.answer(() -> other.commit(Call.NOTHING, put)).position();

    assertThat(next(told).position()).isEqualTo(position);
    loop.answer(other::close);
  }

  @Test
  void aWatchOfAClosedEngineEnds() {
    Engine closed = open(redis.url());
    loop.answer(closed::close);
    CompletableFuture<Void> ended = new CompletableFuture<>();

    loop.call(
        () ->
            closed
                .watch(Call.NOTHING, Range.of(SPACE, "kv"), Engine.NOW)
                .endHandler(ended::complete)
                .handler(event -> {}));

    assertThat(TestLoop.await(ended)).isNull();
  }

  /** Somebody has cut what is kept for those who watch. */
  @Test
  void aTornHistoryIsAGap() throws Exception {
    redis.run("SET p2:watched 1");
    long first = commit(put(TEXT, "1", Change.FOREVER)).position();
    commit(put(TEXT, "2", Change.FOREVER), put(key("other"), "2", Change.FOREVER));
    long last = commit(put(TEXT, "3", Change.FOREVER)).position();
    redis.run("XTRIM p2:changes:0 MAXLEN 1");

    BlockingQueue<Event> told = watch(first);

    Event gap = next(told);
    assertThat(gap.kind()).isEqualTo(Event.Kind.GAP);
    assertThat(gap.position()).isEqualTo(last - 1);
    assertThat(next(told).position()).isEqualTo(last);
  }

  @Test
  void anEmptiedServerServesAsANewOne() {
    long before = commit(put(TEXT, "1", Change.FOREVER)).position();
    redis.run("FLUSHALL");

    assertThat(text(TEXT)).isEqualTo("nothing");
    assertThat(commit(put(TEXT, "2", Change.FOREVER)).position()).isGreaterThan(before);
    assertThat(text(TEXT)).isEqualTo("2");
  }

  /** Without room: what grows is refused whole, reads and deletions go on, also of what expires. */
  @Test
  void withoutRoomReadsAndDeletionsGoOn() throws Exception {
    commit(put(TEXT, "before", Change.FOREVER), put(key("other"), "x", Change.FOREVER));
    commit(put(key("short"), "x", 700));
    BlockingQueue<Event> told = watch(Engine.NOW);
    redis.run("CONFIG SET maxmemory 1");

    Failure failure = refused(new Change.Delete(key("other")), put(TEXT, "after", Change.FOREVER));

    assertThat(failure.kind()).isEqualTo(Kind.STORAGE_FULL);
    assertThat(refused(add(A, 1)).kind()).isEqualTo(Kind.STORAGE_FULL);
    assertThat(text(TEXT)).isEqualTo("before");
    assertThat(text(key("other"))).isEqualTo("x");
    Event expired = next(told);
    assertThat(expired.kind()).as("nothing else was changed").isEqualTo(Event.Kind.EXPIRED);
    Committed deleted = commit(new Change.Delete(TEXT));
    assertThat(text(TEXT)).isEqualTo("nothing");
    commit(new Change.DeleteRange(Range.of(SPACE, "kv")));
    assertThat(all()).isEmpty();
    assertThat(next(told).position()).isEqualTo(deleted.position());
    assertThat(next(told).key()).isEqualTo(key("other"));
    redis.run("CONFIG SET maxmemory 0");
    commit(put(TEXT, "after", Change.FOREVER));
    assertThat(text(TEXT)).isEqualTo("after");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SET % b", "APPEND % x", "SETRANGE % 29 x", "SETRANGE % 0 n"})
  void whatOthersWroteIsNoValue(String command) {
    commit(put(TEXT, "12345", Change.FOREVER));
    redis.run(command.replace("%", STORED_TEXT));

    Failure failure = loop.failure(() -> engine.get(Call.NOTHING, TEXT));

    assertThat(failure.kind()).isEqualTo(Kind.INTERNAL);
    assertThat(failure).hasMessageContaining("text");
    assertThat(loop.failure(() -> engine.read(Call.NOTHING, List.of(TEXT, A))).kind())
        .isEqualTo(Kind.INTERNAL);
    Scan scan = Scan.of(Range.of(SPACE, "kv"), 10);
    assertThat(loop.failure(() -> engine.scan(Call.NOTHING, scan)).kind()).isEqualTo(Kind.INTERNAL);
    commit(put(TEXT, "healed", Change.FOREVER));
    assertThat(text(TEXT)).isEqualTo("healed");
    assertThat(all()).hasSize(1);
  }

  /** Keys of ours that have another type: an error, and nothing is changed. */
  @ParameterizedTest
  @CsvSource({
    STORED_TEXT + ",false",
    STORED_TEXT + ",true",
    "p2:index:kv:n,false",
    "p2:index:kv:n,true",
    "p2:expiries,false",
    "p2:expiries,true",
    "p2:state,false",
    "p2:state,true",
    "p2:changes:0,true", // which nobody needs while nobody watches
  })
  void anotherTypeRefusesBeforeAnythingIsWritten(String key, boolean isWatched) {
    if (isWatched) {
      redis.run("SET p2:watched 1");
    }
    commit(add(B, 1));
    redis.run("DEL " + key);
    redis.run((key.startsWith("p2:{") ? "LPUSH " : "SET ") + key + " x");
    String before = redis.run("EVAL \"" + POSITION + "\" 0");

    assertThat(refused(add(B, 1), put(TEXT, "1", 60_000)).kind()).isEqualTo(Kind.INTERNAL);
    assertThat(refused(put(TEXT, "1", 60_000)).kind()).isEqualTo(Kind.INTERNAL);
    if (!key.equals("p2:expiries")) {
      Failure failure =
          loop.failure(() -> engine.commit(Call.NOTHING, Commit.answering(add(TEXT, 1))));
      assertThat(failure.kind()).isEqualTo(Kind.INTERNAL);
    }

    assertThat(numbers().get(1)).isEqualTo(1);
    assertThat(redis.run("EVAL \"" + POSITION + "\" 0")).isEqualTo(before);
    redis.run("DEL " + key);
    assertThat(text(TEXT)).isEqualTo("nothing");
    assertThat(redis.run("ZCARD p2:expiries")).isEqualTo(":0");
    assertThat(redis.run("ZCARD p2:index:kv:n")).isEqualTo(":0");
  }

  /** As after a fail-over to a server that has forgotten the last of it: the scripts notice. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLostStateIsMadeAnewBeforeAnythingIsWritten(boolean isWatched) {
    if (isWatched) {
      redis.run("SET p2:watched 1");
    }
    long before = commit(put(TEXT, "1", Change.FOREVER)).position();
    List<Commit> all =
        List.of(
            Commit.of(put(TEXT, "2", Change.FOREVER)),
            Commit.answering(add(A, 1)),
            Commit.when(new Check.Present(TEXT), new Change.Delete(TEXT)),
            both());
    for (Commit one : all) {
      redis.run("DEL p2:state");
      long after = loop.answer(() -> engine.commit(Call.NOTHING, one)).position();
      assertThat(after).isGreaterThan(before);
      before = after;
    }
    assertThat(text(TEXT)).isEqualTo("nothing");
    assertThat(numbers()).containsExactly(2L, 1L);
  }

  @Test
  void aRestartKeepsAll() throws Exception {
    restartWith("--appendonly", "yes");
    loop.answer(() -> engine.commit(Call.NOTHING, both()));
    commit(put(TEXT, "kept", Change.FOREVER), put(key("short"), "x", 3_600_000));
    long known = commit(put(TEXT, "kept", Change.FOREVER)).position();
    List<Entry> before = all();
    BlockingQueue<Event> told = watch(known);

    redis.stop();
    redis.restartSamePort();
    awaitHealth();

    assertThat(all()).isEqualTo(before);
    assertThat(numbers()).containsExactly(1L, 1L);
    Committed after = commit(put(TEXT, "new", Change.FOREVER));
    assertThat(after.position()).isGreaterThan(known);
    Event event = next(told);
    while (event.kind() == Event.Kind.GAP) {
      event = next(told);
    }
    assertThat(event.position()).isEqualTo(after.position());
  }

  /** Callers commit all the time while Redis is killed: what was acknowledged is there. */
  @Test
  void aKillOfRedisLosesNothingThatWasAcknowledged() {
    restartWith("--appendonly", "yes", "--appendfsync", "always");
    for (int kill = 0; kill < 3; kill++) {
      List<AtomicLong> acknowledged = new ArrayList<>();
      List<CompletableFuture<Void>> ends = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        AtomicLong last = new AtomicLong();
        acknowledged.add(last);
        ends.add(loop.start(() -> count(key("w" + last.hashCode()), last, 0)));
      }
      while (acknowledged.stream().mapToLong(AtomicLong::get).sum() < 400) {
        Thread.onSpinWait();
      }
      redis.kill();
      ends.forEach(end -> end.handle((x, error) -> true).join());
      redis.restartSamePort();
      awaitHealth();

      for (AtomicLong last : acknowledged) {
        Entry entry = get(key("w" + last.hashCode()));
        long there = entry == null ? 0 : ((Value.OfNumber) entry.value()).number();
        assertThat(there).isIn(last.get(), last.get() + 1);
        Entry twin = get(Key.of("other", "twin", "w" + last.hashCode()));
        assertThat(twin == null ? 0 : ((Value.OfNumber) twin.value()).number()).isEqualTo(there);
      }
    }
  }

  private Future<Void> count(Key key, AtomicLong last, long from) {
    Key twin = Key.of("other", "twin", key.name());
    Commit commit =
        new Commit(
            List.of(new Check.Within(key, from, from)),
            List.of(add(key, 1), add(twin, 1)),
            List.of());
    return engine
        .commit(Call.NOTHING, commit)
        .compose(
            done -> {
              assertThat(done.isDone()).isTrue();
              last.set(from + 1);
              return count(key, last, from + 1);
            });
  }

  @Test
  void dataOfLayout1IsRefused() {
    try (RedisProcess other = RedisForTests.start()) {
      loop.raw(other.url() + "/3", Command.SET, "a", "1");

      assertThatThrownBy(() -> open(other.url()))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("1 keys in database 3 (expected: 2, or no keys");
      assertThat(other.run("EXISTS p2:format")).isEqualTo(":0");
    }
  }

  @Test
  void anotherLayoutIsRefused() {
    redis.run("SET p2:format 3");

    assertThatThrownBy(() -> open(redis.url()))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("p2:format: 3 (expected: 2)");
  }

  /** Lua has doubles only; sums and bounds are of 64 bits all the same. */
  @Test
  void numbersAreExact() {
    List<Long> edges =
        List.of(
            Long.MIN_VALUE,
            Long.MIN_VALUE + 1,
            -1_000_000_000_000_000_000L,
            -(1L << 53) - 1,
            -999_999_999_999_999L,
            -1_000_000_001L,
            -1_000_000_000L,
            -1L,
            0L,
            1L,
            999_999_999L,
            1_000_000_000L,
            1_000_000_000_000_000L,
            (1L << 53) + 1,
            Long.MAX_VALUE - 1,
            Long.MAX_VALUE);
    for (long a : edges) {
      for (long b : edges) {
        BigInteger sum = BigInteger.valueOf(a).add(BigInteger.valueOf(b));
        boolean fits = sum.bitLength() < Long.SIZE;
        Change first = new Change.Put(A, new Value.OfNumber(a), Description.NONE, Change.FOREVER);
        assertThat(commit(first, add(A, b)).isDone()).as("%d + %d", a, b).isEqualTo(fits);
        if (fits) {
          long exact = sum.longValueExact();
          assertThat(numbers().get(0)).as("%d + %d", a, b).isEqualTo(exact);
          assertThat(commit(first, new Change.Add(A, b, exact, exact)).isDone()).isTrue();
          if (exact != Long.MIN_VALUE && exact != Long.MAX_VALUE) {
            long over = exact + 1;
            long under = exact - 1;
            assertThat(commit(first, new Change.Add(A, b, over, Long.MAX_VALUE)).isDone())
                .isFalse();
            assertThat(commit(first, new Change.Add(A, b, Long.MIN_VALUE, under)).isDone())
                .isFalse();
          }
        }
      }
    }
  }

  /** Without a clock of its own it goes by that of the server, which all share. */
  @Test
  void entriesExpireByTheServersTime() {
    commit(put(key("long"), "x", 3_600_000), put(TEXT, "x", 300));
    assertThat(text(key("long"))).isEqualTo("x");
    long expires = get(key("long")).expiresMillis();
    assertThat(expires - 3_600_000).isCloseTo(serverMillis(), Offset.offset(10_000L));

    long until = expires - 3_600_000 + 300;
    boolean isThere = true;
    while (isThere) {
      long before = serverMillis();
      isThere = get(TEXT) != null;
      assertThat(isThere && before >= until).as("there at %d, until %d", before, until).isFalse();
    }
    assertThat(serverMillis()).isGreaterThanOrEqualTo(until);
  }

  private long serverMillis() {
    Response time = Objects.requireNonNull(loop.raw(redis.url(), Command.TIME));
    return time.get(0).toLong() * 1_000 + time.get(1).toLong() / 1_000;
  }

  @Test
  void aRangeThatIsTooLargeIsNotDeletedByHalf() {
    int entries = Change.DeleteRange.MOST + 1;
    for (int i = 0; i < entries; i += 1_000) {
      List<Change> changes = new ArrayList<>();
      for (int j = i; j < Math.min(i + 1_000, entries); j++) {
        changes.add(put(key("%05d".formatted(j)), "", Change.FOREVER));
      }
      Commit some = new Commit(List.of(), changes, List.of());
      loop.answer(() -> engine.commit(Call.within(20_000), some));
    }
    Change range = new Change.DeleteRange(Range.of(SPACE, "kv"));

    Failure failure = refused(add(B, 1), range);

    assertThat(failure.kind()).isEqualTo(Kind.TOO_LARGE);
    assertThat(failure).hasMessageContaining("more than 10000 entries");
    assertThat(numbers().get(1)).isZero();
    assertThat(all()).hasSize(1_000);
  }
}
