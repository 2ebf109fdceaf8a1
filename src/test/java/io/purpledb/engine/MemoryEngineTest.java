package io.purpledb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.memory.EvictableEntries;
import io.purpledb.engine.memory.MemoryEngine;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class MemoryEngineTest extends EngineKit {

  private static final long ROOM = 1 << 20;

  private final AtomicLong used = new AtomicLong();

  @Override
  protected Engine open(Vertx vertx, InstantSource clock) {
    return new MemoryEngine(vertx, clock, this::take, cache);
  }

  private final EvictableEntries cache = new EvictableEntries("cache");

  @Override
  int largestBytes() {
    return (int) ROOM / 10;
  }

  private void take(long bytes) {
    if (used.get() + bytes > ROOM && bytes > 0) {
      throw Failure.storageFull("no room");
    }
    used.addAndGet(bytes);
  }

  @Test
  void countsWhatItKeeps() throws Exception {
    Key small = new Key("n", "s", "small", "i");
    Value large = new Value.OfBytes(ByteString.copyFrom(new byte[(int) ROOM]));
    await(engine().commit(Call.NOTHING, Commit.of(put(small, new Value.OfNumber(1)))));
    long before = used.get();
    Commit tooMuch =
        new Commit(
            List.of(),
            List.of(put(small, new Value.OfNumber(2)), put(Key.of("n", "s", "large"), large)),
            List.of());

    assertThatThrownBy(() -> await(engine().commit(Call.NOTHING, tooMuch)))
        .isInstanceOfSatisfying(
            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.STORAGE_FULL));

    assertThat(used).hasValue(before);
    assertThat(await(engine().read(Call.NOTHING, List.of(small))).get(0).value())
        .as("nothing of it is done")
        .isEqualTo(new Value.OfNumber(1));
    await(engine().commit(Call.NOTHING, Commit.of(new Change.DeleteRange(Range.of("n", "s")))));
    assertThat(used).hasValue(0);
  }

  /** With the commit that needs the room, and others are told. */
  @Test
  void evictsWhatHasNoRoom() throws Exception {
    cache.resize(1_000);
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    engine().watch(Call.NOTHING, Range.of("n", "cache"), Engine.NOW).handler(told::add);
    Value half = new Value.OfBytes(ByteString.copyFrom(new byte[400]));
    for (String name : List.of("a", "b")) {
      await(engine().commit(Call.NOTHING, Commit.of(put(Key.of("n", "cache", name), half))));
      assertThat(cache.usedBytes()).isBetween(400L, 1_000L);
    }
    assertThat(await(engine().get(Call.NOTHING, Key.of("n", "cache", "a")))).isNull();
    assertThat(await(engine().get(Call.NOTHING, Key.of("n", "cache", "b")))).isNotNull();
    List<String> changes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Event event = Objects.requireNonNull(told.poll(20, TimeUnit.SECONDS));
      changes.add(event.kind() + " " + event.key().name());
    }
    assertThat(changes).containsExactly("PUT a", "PUT b", "EVICTED a");
  }

  private static Change put(Key key, Value value) {
    return new Change.Put(key, value, Description.NONE, Change.FOREVER);
  }
}
