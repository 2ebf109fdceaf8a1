package io.purpledb.backend.disk;

import io.purpledb.backend.SortedItems;
import io.purpledb.backend.disk.database.Maintenance;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.engine.Footprint;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sets that were changed last, as the writer's transaction has them: a change of one of these
 * need not read the whole set to answer it. Used on the writer's thread only.
 */
final class RecentSets implements Maintenance {

  /** An entry of a map that knows its order has two references more. */
  private static final int ENTRY = Footprint.ENTRY + 16;

  private final long maxBytes;
  private final Map<String, SortedItems> sets = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param maxBytes how much of the heap all that is kept may take
   */
  RecentSets(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What a set takes of the heap, in bytes. */
  static long heapBytes(String key, SortedItems items) {
    return ENTRY + Footprint.text(key) + Footprint.SET + items.heapBytes();
  }

  /** The items of a set, or null when it has to be read. */
  @Nullable SortedItems get(String key) {
    return sets.get(key);
  }

  /** Keeps the items of a set as they are now. */
  void put(String key, SortedItems now) {
    SortedItems before = sets.put(key, now);
    bytes += heapBytes(key, now) - (before == null ? 0 : heapBytes(key, before));
    Iterator<Map.Entry<String, SortedItems>> oldest = sets.entrySet().iterator();
    while (bytes > maxBytes) {
      Map.Entry<String, SortedItems> dropped = oldest.next();
      bytes -= heapBytes(dropped.getKey(), dropped.getValue());
      oldest.remove();
    }
  }

  /** Forgets all: what was rolled back is not so. */
  @Override
  public void start(Sql sql) {
    sets.clear();
    bytes = 0;
  }

  @Override
  public boolean run(Sql sql) {
    return false;
  }
}
