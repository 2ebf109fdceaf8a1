package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Member;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Claim;
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
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.message.Call;
import io.purpledb.support.time.FakeClock;
import io.vertx.core.Future;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The entries of an engine are the same on all nodes: values, versions, positions and events. */
@Timeout(120)
final class CopiesTest {

  private static final String N = Call.DEFAULT_NAMESPACE;
  private static final Range ALL = Range.of(N, "kv");
  private static final Key LAST = Key.of(N, "kv", "last");
  private static final int OLD_SIZE = 20;

  private final Random random = new Random();

  @Test
  void allNodesTellTheSameEvents(@TempDir Path directory) throws Exception {
    FakeClock clock = new FakeClock();
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.clock = clock;
      nodes.startAll();
      long begin = position(nodes.node(0).engine());
      List<BlockingQueue<Event>> told = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        told.add(watch(nodes.node(i).engine(), begin));
      }
      write(nodes, clock, 100);
      put(nodes.node(0).engine(), LAST, "1");

      List<Event> first = upToLast(told.get(0));
      assertThat(first).hasSizeGreaterThan(50);
      assertThat(first.stream().map(Event::kind)).contains(Event.Kind.EXPIRED, Event.Kind.DELETED);
      assertThat(first.stream().map(Event::position)).isSorted().doesNotHaveDuplicates();
      assertThat(upToLast(told.get(1))).isEqualTo(first);
      assertThat(upToLast(told.get(2))).isEqualTo(first);

      assertGoesOn(nodes, first);
    }
  }

  /** With a position that another node has told, or that none has yet. */
  private static void assertGoesOn(Nodes nodes, List<Event> known) throws Exception {
    long seen = known.get(known.size() - 3).position();
    BlockingQueue<Event> rest = watch(nodes.node(1).engine(), seen);
    assertThat(upToLast(rest)).isEqualTo(known.subList(known.size() - 2, known.size()));
    long last = known.get(known.size() - 1).position();
    BlockingQueue<Event> later = watch(nodes.node(2).engine(), last + 1);
    put(nodes.node(0).engine(), Key.of(N, "kv", "known"), "1");
    put(nodes.node(0).engine(), LAST, "2");
    assertThat(later.poll(10, TimeUnit.SECONDS).position()).isEqualTo(last + 2);
  }

  @Tag("long")
  @Test
  void versionsAndPositionsSurviveSnapshotsAndRestarts(@TempDir Path directory) throws Exception {
    FakeClock clock = new FakeClock();
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.clock = clock;
      nodes.snapshotEntries = 40;
      nodes.startAll();
      int away = nodes.aFollower();
      write(nodes, clock, 30);
      nodes.kill(away);
      write(nodes, clock, 60);
      nodes.start(away); // which gets a snapshot
      nodes.awaitLeader();
      write(nodes, clock, 20);
      put(nodes.node(0).engine(), LAST, "1");
      long position = position(nodes.node(0).engine());
      List<Entry> before = assertSameOnAll(nodes);
      for (int i : nodes.runningNodes()) {
        nodes.kill(i);
      }
      nodes.startAll();

      assertThat(assertSameOnAll(nodes)).isEqualTo(before);
      assertThat(position(nodes.node(1).engine())).isEqualTo(position + 1);
    }
  }

  /**
   * Nodes of a release whose KV values and counters were no entries, each cut off elsewhere: the
   * first has a snapshot of nearly all, the second of half, the last its log alone.
   */
  @Tag("long")
  @Test
  void nodesOfTheReleaseBeforeAreUpgraded(@TempDir Path directory) throws Exception {
    URL files = Objects.requireNonNull(getClass().getResource("/cluster-format-2"));
    MemberFiles.copy(Path.of(files.toURI()), directory);
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      members.add(new Member("127.0.0.1", 17_831 + i));
    }
    try (Nodes nodes = new Nodes(members, directory)) {
      nodes.clock = new FakeClock();
      nodes.startAll();
      for (int i = 0; i < 3; i++) {
        nodes.transferTo(i);
        Ask ask = new Ask(nodes.node(i));
        Data.assertRight(ask, OLD_SIZE, "node " + i);
        assertThat(ask.get("deleted")).isNull();
        assertThat(ask.count("negative")).isEqualTo(-5);
      }
      List<Entry> before = assertSameOnAll(nodes);
      assertThat(before).hasSize(OLD_SIZE + 1).allMatch(e -> e.version() == MemoryState.BEFORE);
      Committed first = put(nodes.node(0).engine(), LAST, "new");
      assertThat(first.position()).isEqualTo(MemoryState.BEFORE + 1);
      new Data("").fill(new Ask(nodes.node(1)), 1);
      assertSameOnAll(nodes);
      assertThat(new Ask(nodes.node(2)).count("c")).isEqualTo(OLD_SIZE * (OLD_SIZE - 1L) / 2);
    }
    try (Nodes again = new Nodes(members, directory)) {
      again.clock = new FakeClock();
      again.startAll();
      assertThat(new Ask(again.node(0)).get("last")).isEqualTo("0");
      assertSameOnAll(again);
    }
  }

  /** Each answers from its own copy while it leads. */
  private static List<Entry> assertSameOnAll(Nodes nodes) throws Exception {
    List<List<Entry>> found = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      nodes.transferTo(i);
      Engine engine = nodes.node(i).engine();
      found.add(await(engine.scan(Call.NOTHING, Scan.of(ALL, Scan.MAX_LIMIT))).entries());
    }
    assertThat(found.get(1)).isEqualTo(found.get(0));
    assertThat(found.get(2)).isEqualTo(found.get(0));
    return found.get(0);
  }

  /** Commits of all kinds, through all nodes at once. */
  private void write(Nodes nodes, FakeClock clock, int commits) throws Exception {
    for (int i = 0; i < commits; i++) {
      List<Future<?>> all = new ArrayList<>();
      for (int node : nodes.runningNodes()) {
        Engine engine = nodes.node(node).engine();
        all.add(engine.commit(Call.NOTHING, commit()));
        all.add(engine.claim(Call.NOTHING, new Claim(Range.items(N, "kv", "k1"), 1, "m", "x")));
      }
      for (Future<?> one : all) {
        var unused = await(one);
      }
      clock.advance(random.nextInt(20));
    }
    awaitExpiry(nodes.node(nodes.runningNodes().get(0)).engine(), clock);
  }

  /** Of all that expires: this one is the last. */
  private static void awaitExpiry(Engine engine, FakeClock clock) throws Exception {
    BlockingQueue<Event> told = watch(engine, Engine.NOW);
    Key key = Key.of(N, "kv", "expires");
    var unused = await(engine.commit(Call.NOTHING, Commit.of(put(key, "v", 100))));
    clock.advance(1_000);
    Event event;
    do {
      event = Objects.requireNonNull(told.poll(20, TimeUnit.SECONDS));
    } while (!event.key().equals(key) || event.kind() != Event.Kind.EXPIRED);
  }

  private Commit commit() {
    Key key = new Key(N, "kv", "k" + random.nextInt(3), "i" + random.nextInt(5));
    Key other = Key.of(N, "kv", "n" + random.nextInt(3));
    return switch (random.nextInt(5)) {
      case 0 -> Commit.of(new Change.Delete(key));
      case 1 -> Commit.when(new Check.Present(key), new Change.Touch(key, 20));
      case 2 ->
          new Commit(
              List.of(),
              List.of(new Change.Add(other, 1, 0, 1_000), new Change.Delete(key)),
              List.of(other));
      default -> Commit.of(put(key, "v", random.nextInt(2) * 30L));
    };
  }

  private static Change put(Key key, String value, long ttlMillis) {
    Description description = new Description("text/plain", Map.of("a", "b", "c", "d"));
    return new Change.Put(
        key, new Value.OfBytes(ByteString.copyFromUtf8(value)), description, ttlMillis);
  }

  private static Committed put(Engine engine, Key key, String value) throws Exception {
    return await(engine.commit(Call.NOTHING, Commit.of(put(key, value, Change.FOREVER))));
  }

  private static long position(Engine engine) throws Exception {
    return put(engine, Key.of(N, "kv", "position"), "v").position();
  }

  private static BlockingQueue<Event> watch(Engine engine, long after) {
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    engine.watch(Call.NOTHING, ALL, after).handler(told::add);
    return told;
  }

  private static List<Event> upToLast(BlockingQueue<Event> told) throws Exception {
    List<Event> events = new ArrayList<>();
    do {
      events.add(Objects.requireNonNull(told.poll(10, TimeUnit.SECONDS)));
    } while (!events.get(events.size() - 1).key().equals(LAST));
    return events;
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
