package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.engine.RedisEngine;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.net.NetServerOptions;
import io.vertx.redis.client.Command;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Changes are kept while somebody watches; who misses some is told a gap. */
@Timeout(60)
final class RedisWatchersTest {

  private static final String SPACE = "n";
  private static final Key KEY = Key.of(SPACE, "kv", "k");

  /** How many changes are kept. */
  private static final String KEPT =
      "return redis.call('XLEN', 'p2:changes:0') + redis.call('XLEN', 'p2:changes:1')";

  private final TestLoop loop = new TestLoop();
  private final RedisProcess redis = RedisForTests.start();
  private final Engine engine = open(redis.url());

  private Engine open(String url) {
    return RedisEngine.open(loop.vertx(), url, 1_500, 1_000);
  }

  @AfterEach
  void close() {
    loop.answer(engine::close);
    loop.close();
    redis.close();
  }

  @Test
  void whatNobodyWatchesIsNotKept() throws Exception {
    long first = put(engine).position();
    both(engine); // by the general way
    put(engine);
    assertThat(kept()).isZero();

    BlockingQueue<Event> told = watch(engine, first);

    assertThat(next(told).kind()).isEqualTo(Event.Kind.GAP);
    assertThat(String.valueOf(loop.raw(redis.url(), Command.INFO, "commandstats")))
        .as("what is not there is not looked for")
        .doesNotContain("cmdstat_xrange:");
    long position = put(engine).position();
    Event put = next(told);
    assertThat(put.kind()).isEqualTo(Event.Kind.PUT);
    assertThat(put.position()).isEqualTo(position);
    assertThat(kept()).isEqualTo(1);
  }

  /** Whoever makes them, from the moment on when it is known that somebody watches. */
  @Test
  void whatAnybodyWatchesIsKeptByAll() throws Exception {
    put(engine);
    Engine other = open(redis.url());
    BlockingQueue<Event> told = watch(engine, Engine.NOW);
    awaitWatched();

    long first = put(other).position();
    long last = both(other).position();

    assertThat(next(told).position()).isEqualTo(first);
    assertThat(next(told).position()).isEqualTo(last - 1);
    assertThat(next(told).position()).isEqualTo(last);
    long left = Objects.requireNonNull(loop.raw(redis.url(), Command.PTTL, "p2:watched")).toLong();
    assertThat(TimeUnit.MILLISECONDS.toMinutes(left)).isBetween(5L, 10L);
    loop.answer(other::close);
  }

  /** A process hangs for so long that nobody keeps changes for it, and then goes on. */
  @Test
  void whoHangsForTooLongIsToldTheGap() throws Exception {
    Front front = new Front(loop, redis.port(), new NetServerOptions());
    Engine hanging = open("redis://127.0.0.1:" + front.port());
    long first = put(engine).position();
    BlockingQueue<Event> told = watch(hanging, first);
    awaitWatched();
    long seen = put(engine).position();
    assertThat(next(told).position()).isEqualTo(seen);

    front.silent = true;
    loop.failure(hanging::health); // what it asked before is answered
    redis.run("DEL p2:watched"); // as if it had expired
    long missed = put(engine).position();
    BlockingQueue<Event> others = watch(engine, missed);
    awaitWatched();
    long kept = put(engine).position();
    assertThat(next(others).position()).isEqualTo(kept);
    front.silent = false;

    Event gap = next(told);
    assertThat(gap.kind()).isEqualTo(Event.Kind.GAP);
    assertThat(gap.position()).isBetween(missed, kept);
    if (gap.position() < kept) {
      assertThat(next(told).position()).isEqualTo(kept);
    }
    long last = put(engine).position();
    assertThat(next(told).position()).isEqualTo(last);
    loop.answer(hanging::close);
  }

  /** Without room a watch begins all the same, and is told what is deleted. */
  @Test
  void aWatchBeginsWithoutRoom() throws Exception {
    put(engine);
    redis.run("CONFIG SET maxmemory 1");
    BlockingQueue<Event> told = watch(engine, Engine.NOW);
    awaitWatched();

    Commit delete = Commit.of(new Change.Delete(KEY));
    long position = loop.answer(() -> engine.commit(Call.NOTHING, delete)).position();

    Event deleted = next(told);
    assertThat(deleted.kind()).isEqualTo(Event.Kind.DELETED);
    assertThat(deleted.position()).isEqualTo(position);
  }

  /** The first change that is kept again begins a stream, which no lack of room may allow. */
  @Test
  void withoutRoomTheFirstThatIsKeptIsRefused() throws Exception {
    long before = put(engine).position();
    BlockingQueue<Event> told = watch(engine, before);
    awaitWatched();
    redis.run("CONFIG SET maxmemory 1");

    assertThat(loop.failure(() -> engine.commit(Call.NOTHING, Commit.of(change(KEY)))))
        .hasMessageContaining("OOM ");
    assertThat(kept()).isZero();
    redis.run("CONFIG SET maxmemory 0");
    assertThat(put(engine).position()).isEqualTo(before + 1);
    assertThat(next(told).position()).isEqualTo(before + 1);
  }

  private Committed put(Engine by) {
    return loop.answer(() -> by.commit(Call.NOTHING, Commit.of(change(KEY))));
  }

  private Committed both(Engine by) {
    Commit commit =
        new Commit(
            List.of(), List.of(change(KEY), change(Key.of(SPACE, "kv", "other"))), List.of());
    return loop.answer(() -> by.commit(Call.NOTHING, commit));
  }

  private static Change change(Key key) {
    Value value = new Value.OfBytes(ByteString.copyFromUtf8("value"));
    return new Change.Put(key, value, Description.NONE, Change.FOREVER);
  }

  private BlockingQueue<Event> watch(Engine by, long after) {
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    loop.call(() -> by.watch(Call.NOTHING, Range.of(SPACE, "kv"), after).handler(told::add));
    return told;
  }

  private static Event next(BlockingQueue<Event> told) throws InterruptedException {
    Event event = told.poll(20, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return event;
  }

  private long kept() {
    return Objects.requireNonNull(loop.raw(redis.url(), Command.EVAL, KEPT, "0")).toLong();
  }

  private void awaitWatched() {
    long start = System.nanoTime();
    while (!redis.run("EXISTS p2:watched").equals(":1")) {
      assertThat(LinkTest.millisSince(start)).isLessThan(20_000);
    }
  }
}
