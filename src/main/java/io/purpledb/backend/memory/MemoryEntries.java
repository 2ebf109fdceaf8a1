package io.purpledb.backend.memory;

import io.purpledb.backend.SortedItems;
import io.purpledb.engine.Footprint;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sets and what they take of the heap. */
final class MemoryEntries {

  private MemoryEntries() {}

  static long keyBytes(String key) {
    return Footprint.ENTRY + Footprint.text(key);
  }

  static CountedMap<SortedItems> sets(Map<String, SortedItems> map, MemoryBudget budget) {
    return new CountedMap<>(map, budget, items -> Footprint.SET + items.heapBytes());
  }

  /** What an item adds to a set, in bytes. */
  static long itemBytes(@Nullable SortedItems items, String key, String item) {
    if (items == null) {
      return keyBytes(key) + Footprint.SET + SortedItems.heapBytes(item);
    }
    return items.has(item) ? 0 : SortedItems.heapBytes(item);
  }
}
