package io.purpledb.backend.disk.entries;

import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Items;
import io.purpledb.engine.entry.Key;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The items of names that were asked for last, as the writer's transaction has them: a change of
 * one of these need not read all of them to answer it. On the writer's thread; to be cleared when a
 * transaction is undone.
 */
final class RecentItems {

  /** An entry of a map that knows its order has two references more; and the key's object. */
  private static final int ENTRY = Footprint.ENTRY + 16 + 32;

  private final long maxBytes;
  private final Map<Key, Items> items = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param maxBytes how much of the heap all that is kept may take
   */
  RecentItems(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What the items of a name take of the heap, in bytes. */
  static long heapBytes(Key name, Items items) {
    return ENTRY + Footprint.text(name.name()) + Footprint.SET + items.heapBytes();
  }

  /** The items of a name, or null when they have to be read. */
  @Nullable Items get(Key name) {
    return items.isEmpty() ? null : items.get(name);
  }

  /** Keeps the items of a name as they are now. */
  void put(Key name, Items now) {
    Items before = items.put(name, now);
    bytes += heapBytes(name, now) - (before == null ? 0 : heapBytes(name, before));
    Iterator<Map.Entry<Key, Items>> oldest = items.entrySet().iterator();
    while (bytes > maxBytes) {
      Map.Entry<Key, Items> dropped = oldest.next();
      bytes -= heapBytes(dropped.getKey(), dropped.getValue());
      oldest.remove();
    }
  }

  /** An item is there now, or is not. */
  void changed(Key key, boolean isThere) {
    Items before = key.item().isEmpty() ? null : get(key.ofName());
    if (before != null) {
      put(key.ofName(), isThere ? before.with(key.item()) : before.without(key.item()));
    }
  }

  /** What is changed at so many places has to be read again. */
  void forget(Key name) {
    Items before = items.remove(name);
    bytes -= before == null ? 0 : heapBytes(name, before);
  }

  /** Forgets all: what was rolled back is not so. */
  void clear() {
    items.clear();
    bytes = 0;
  }
}
