package io.purpledb.engine.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is not kept of the changes is told as a gap, to those whom it concerns. */
final class ChangeLogTest {

  private static final long MOST_BYTES = 10_000;
  private static final int ALL = 1_000;
  private static final Range KV = Range.of("n", "kv");
  private static final Range SET = Range.of("n", "set");

  private final ChangeLog log = new ChangeLog(MOST_BYTES);

  /** A value of which only the size is real. */
  private record Sized(long heapBytes) implements Kept {

    @Override
    public long version() {
      return 0;
    }

    @Override
    public Description description() {
      return Description.NONE;
    }

    @Override
    public long expiresMillis() {
      return Entry.NEVER;
    }

    @Override
    public @Nullable Long number() {
      return null;
    }

    @Override
    public Entry entry(Key key) {
      return new Entry(key, new Value.OfNumber(heapBytes), description(), 0, expiresMillis());
    }
  }

  private void put(String service, long bytes) {
    Key key = Key.of("n", service, "k");
    log.add(List.of(new ChangeLog.Change(Event.Kind.PUT, key, new Sized(bytes))));
  }

  private List<Event.Kind> told(Range range, long after) {
    return log.after(after, range, ALL).events().stream().map(Event::kind).toList();
  }

  @Test
  void whatIsTooLargeToKeepIsAGapOfItsRange() {
    put("kv", 1);
    put("kv", MOST_BYTES);
    put("kv", 2);
    put("set", 3);

    assertThat(told(KV, 0)).containsExactly(Event.Kind.PUT, Event.Kind.GAP, Event.Kind.PUT);
    assertThat(log.after(0, KV, ALL).events().get(1).position()).isEqualTo(2);
    assertThat(told(SET, 0)).containsExactly(Event.Kind.PUT);
  }

  @Test
  void theOldestGiveWayToTheBytesOfTheNewest() {
    for (int i = 0; i < 5; i++) {
      put("kv", MOST_BYTES / 3);
    }

    assertThat(told(KV, 0)).containsExactly(Event.Kind.GAP, Event.Kind.PUT, Event.Kind.PUT);
    assertThat(told(KV, 4)).containsExactly(Event.Kind.PUT);
  }

  @Test
  void itGoesOnBehindAPosition() {
    put("kv", 1);
    log.goOnAfter(100);
    put("kv", 2);

    List<Event> events = log.after(1, KV, ALL).events();

    assertThat(events).extracting(Event::kind).containsExactly(Event.Kind.GAP, Event.Kind.PUT);
    assertThat(events).extracting(Event::position).containsExactly(100L, 101L);
    assertThat(told(KV, 100)).containsExactly(Event.Kind.PUT);
  }

  @Test
  @Timeout(10)
  void whoAsksForTheEndOfAWatchAfterItHearsOfIt() throws Exception {
    Vertx vertx = Vertx.vertx();
    CompletableFuture<Void> told = new CompletableFuture<>();
    vertx.runOnContext(
        x -> {
          WatchStream watch = new WatchStream(log, KV, Call.NOTHING, vertx);
          log.close(); // it ends with the next task of the loop
          vertx.runOnContext(y -> watch.endHandler(told::complete));
        });

    assertThat(told.get()).isNull();

    vertx.close().await();
  }
}
