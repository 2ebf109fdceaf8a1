package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.message.Call;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The room of the cache in a cluster: what goes is the same on all nodes. */
@Timeout(120)
final class CacheRoomTest {

  private static final String N = Call.DEFAULT_NAMESPACE;
  private static final Range CACHE = Range.of(N, "cache");
  private static final long ROOM = 1 << 20;
  private static final String TENTH = "v".repeat((int) ROOM / 10);
  private static final int MOST = 9;
  private static final int SECONDS = 3600;

  /** Each node leads for a while, knows only then what is read, and goes on with what is there. */
  @Test
  void allNodesEvictTheSame(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.cacheMaxBytes = ROOM;
      nodes.startAll();
      List<BlockingQueue<Event>> told = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        nodes.node(i).engine().watch(Call.NOTHING, CACHE, 1).handler(events::add);
        told.add(events);
      }
      for (int leader = 0; leader < 3; leader++) {
        nodes.transferTo(leader);
        Ask on = new Ask(nodes.node((leader + 1) % 3));
        on.cache("used", TENTH, SECONDS);
        for (int i = 0; i < 20; i++) {
          assertThat(on.cached("used")).isEqualTo(TENTH);
          on.cache("%d-%02d".formatted(leader, i), TENTH, SECONDS);
          awaitRoom(nodes.node(0).engine(), MOST);
        }
      }
      Ask on = new Ask(nodes.node(1));
      on.cache("too large", "v".repeat((int) ROOM), SECONDS);
      awaitAbsent(nodes.node(0).engine(), "too large");
      assertThat(on.cached("used")).isEqualTo(TENTH);
      on.cache("last", "", SECONDS);

      List<Entry> entries = entries(nodes.node(2).engine());
      assertThat(entries).hasSizeBetween(MOST - 1, MOST + 1);
      for (int leader = 0; leader < 2; leader++) {
        nodes.transferTo(leader);
        assertThat(entries(nodes.node(2).engine())).isEqualTo(entries);
      }
      List<Event> events = upToLast(told.get(0));
      assertThat(events.stream().filter(event -> event.kind() == Event.Kind.EVICTED))
          .hasSize(61 + 1 - entries.size() + 1);
      assertThat(upToLast(told.get(1))).isEqualTo(events);
      assertThat(upToLast(told.get(2))).isEqualTo(events);
    }
  }

  /** A start reads the log again, and a snapshot: what went is not there again. */
  @Test
  void whatWasEvictedIsNotThereAfterAStart(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.cacheMaxBytes = ROOM;
      nodes.snapshotEntries = 40;
      nodes.startAll();
      Ask on = new Ask(nodes.node(0));
      Random random = new Random();
      for (int i = 0; i < 100; i++) {
        on.cache("k" + random.nextInt(30), TENTH.substring(random.nextInt(9_000)), SECONDS);
      }
      Engine engine = nodes.node(0).engine();
      awaitRoom(engine, MOST + 1); // as they are a bit smaller
      List<Entry> before = entries(engine);
      nodes.kill(0);

      nodes.startAll();
      assertThat(entries(nodes.node(0).engine())).isEqualTo(before);
      nodes.kill(0);
      nodes.cacheMaxBytes = ROOM / 2; // it goes by what is set now
      nodes.startAll();
      Engine again = nodes.node(0).engine();
      awaitRoom(again, MOST / 2 + 1);
      assertThat(before).containsAll(entries(again));
    }
  }

  /** Waits until what the others agreed to free is freed. */
  private static void awaitRoom(Engine engine, int most) throws Exception {
    while (entries(engine).size() > most) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static void awaitAbsent(Engine engine, String name) throws Exception {
    while (engine.get(Call.NOTHING, Key.of(N, "cache", name)).await(20, TimeUnit.SECONDS) != null) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static List<Entry> entries(Engine engine) throws Exception {
    Scan all = new Scan(CACHE, null, 1_000, false);
    List<Entry> entries = new ArrayList<>();
    Key after = null;
    do {
      Scan scan = new Scan(all.range(), after, all.limit(), false);
      var page = engine.scan(Call.NOTHING, scan).await(20, TimeUnit.SECONDS);
      entries.addAll(page.entries());
      after = page.next();
    } while (after != null);
    return entries;
  }

  private static List<Event> upToLast(BlockingQueue<Event> told) throws Exception {
    List<Event> events = new ArrayList<>();
    Event event;
    do {
      event = Objects.requireNonNull(told.poll(20, TimeUnit.SECONDS), "not told of the last");
      assertThat(event.kind()).isNotEqualTo(Event.Kind.GAP);
      events.add(event);
    } while (!event.key().name().equals("last"));
    return events;
  }
}
