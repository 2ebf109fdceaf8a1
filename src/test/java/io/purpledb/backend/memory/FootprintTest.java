package io.purpledb.backend.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.EngineFlag;
import io.purpledb.backend.SortedItems;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Description;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Key;
import io.purpledb.engine.Value;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.support.ChangeLog;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** What is counted is close to what the heap has. */
class FootprintTest {

  private static final int ENTRIES = 100_000;

  private final MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE, true, 0, bytes -> {});

  @Test
  void ofCounters() {
    assertClose("counter", i -> new Value.OfNumber(1000L + i));
  }

  @Test
  void ofValues() {
    assertClose("kv", i -> new Value.OfBytes(ByteString.copyFrom(new byte[100])));
  }

  @Test
  void ofFlags() {
    assertClose("flag", i -> EngineFlag.value(i % 2 == 0));
  }

  @Test
  void ofSets() {
    assertClose(
        MemoryEntries.sets(new ConcurrentHashMap<>(), budget),
        i -> {
          SortedItems items = SortedItems.NONE;
          for (int j = 0; j < 5; j++) {
            items = items.with("an item " + i + " ж" + j);
          }
          return items;
        });
  }

  /** Of an engine's entries. */
  private void assertClose(String service, IntFunction<Value> maker) {
    MemoryState state = new MemoryState(new ChangeLog(0), budget::add);
    long before = heapInUse();
    for (int i = 0; i < ENTRIES; i++) {
      Change put =
          new Change.Put(
              Key.of("default", service, "a key " + i), maker.apply(i), Description.NONE, 0);
      state.commit(Commit.of(put), InstantSource.system());
    }
    long measured = heapInUse() - before;

    assertThat((double) budget.used() / measured)
        .as("counted %d, measured %d", budget.used(), measured)
        .isBetween(0.75, 1.33);
    assertThat(state.firstExpiryMillis()).isEqualTo(Entry.NEVER);
  }

  private <V> void assertClose(CountedMap<V> map, IntFunction<V> maker) {
    long before = heapInUse();
    for (int i = 0; i < ENTRIES; i++) {
      map.put("a key " + i, maker.apply(i));
    }
    long measured = heapInUse() - before;

    assertThat((double) budget.used() / measured)
        .as("counted %d, measured %d", budget.used(), measured)
        .isBetween(0.75, 1.33);
    assertThat(map.map()).hasSize(ENTRIES);
  }

  private static long heapInUse() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
