package io.purpledb.backend.disk;

import io.purpledb.backend.SortedItems;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sets that were changed last, as the writer's transaction has them: a change of one of these
 * need not read the whole set to answer it. Used on the writer's thread only.
 */
final class RecentSets implements Upkeep {

  private static final int MAX_ITEMS = 1 << 18;

  private final int maxItems;
  private final Map<String, SortedItems> sets = new LinkedHashMap<>(16, 0.75f, true);
  private int items;

  RecentSets() {
    this(MAX_ITEMS);
  }

  /**
   * @param maxItems how many sets, and how many items of all sets, are kept at most
   */
  RecentSets(int maxItems) {
    this.maxItems = maxItems;
  }

  /** The items of a set, or null when it has to be read. */
  @Nullable SortedItems get(String key) {
    return sets.get(key);
  }

  /** Keeps the items of a set as they are now. */
  void put(String key, SortedItems now) {
    SortedItems before = sets.put(key, now);
    items += now.size() - (before == null ? 0 : before.size());
    Iterator<SortedItems> oldest = sets.values().iterator();
    while (items > maxItems || sets.size() > maxItems) {
      items -= oldest.next().size();
      oldest.remove();
    }
  }

  /** Forgets all: what was rolled back is not so. */
  @Override
  public void start(Sql sql) {
    sets.clear();
    items = 0;
  }

  @Override
  public boolean run(Sql sql) {
    return false;
  }
}
