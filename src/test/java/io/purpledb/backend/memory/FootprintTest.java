package io.purpledb.backend.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.SortedItems;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** What is counted is close to what the heap has. */
class FootprintTest {

  private static final int ENTRIES = 100_000;

  private final MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE, true, 0, bytes -> {});

  @Test
  void ofCounters() {
    assertClose(MemoryEntries.counters(new ConcurrentHashMap<>(), budget), i -> 1000L + i);
  }

  @Test
  void ofValues() {
    assertClose(
        MemoryEntries.values(new ConcurrentHashMap<>(), budget),
        i -> new MemoryKv.Stored(ByteString.copyFrom(new byte[100])));
  }

  @Test
  void ofFlags() {
    assertClose(MemoryEntries.flags(new ConcurrentHashMap<>(), budget), i -> i % 2 == 0);
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
