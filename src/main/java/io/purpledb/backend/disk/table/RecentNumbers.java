package io.purpledb.backend.disk.table;

import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the numbers that were changed last, as the writer's transaction has them: who adds to
 * one again need not read it. On the writer's thread; to be cleared when a transaction is undone.
 */
public final class RecentNumbers {

  private static final int MOST = 2_048;

  private final Map<Key, EntryRow> rows =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, EntryRow> eldest) {
          return size() > MOST;
        }
      };

  /** Null when it is not known. */
  public @Nullable EntryRow find(Key key) {
    return rows.isEmpty() ? null : rows.get(key);
  }

  /** Something is there since; null for nothing. */
  public void changed(Key key, @Nullable EntryRow row) {
    if (row != null
        && row.value() instanceof Value.OfNumber
        && row.description().equals(Description.NONE)) {
      rows.put(key, row);
    } else if (!rows.isEmpty()) {
      rows.remove(key);
    }
  }

  void clear() {
    rows.clear();
  }
}
