package io.purpledb.engine.memory;

import io.purpledb.engine.Footprint;
import io.purpledb.engine.Key;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one service in one namespace: a hash to find a name by, beside an order of the
 * names for listing. Any thread may read; one at a time writes.
 */
final class Space {

  /** A name's node and its part of the index, in a skip list. */
  private static final int ORDER_BYTES = 36;

  private static final Comparator<String> BY_UTF8 = Key::compare;

  /** From a name to what is there: a cell, or the items where there are any. */
  private final Map<String, Object> names = new ConcurrentHashMap<>();

  private final NavigableSet<String> order = new ConcurrentSkipListSet<>(BY_UTF8);

  private static final class Items {
    private final ConcurrentNavigableMap<String, MemoryEntry> cells =
        new ConcurrentSkipListMap<>(BY_UTF8);
  }

  /** What a key takes of the heap beside its cell, in bytes. */
  static long keyBytes(Key key) {
    long name = Footprint.ENTRY + ORDER_BYTES + Footprint.text(key.name());
    return key.item().isEmpty() ? name : name + ORDER_BYTES + Footprint.text(key.item());
  }

  @Nullable MemoryEntry find(String name, String item) {
    Object found = names.get(name);
    if (found instanceof Items items) {
      return decided(items.cells.get(item));
    }
    return item.isEmpty() ? decided((MemoryEntry) found) : null;
  }

  private static @Nullable MemoryEntry decided(@Nullable MemoryEntry cell) {
    return cell instanceof MemoryEntry.Undecided undecided ? undecided.now() : cell;
  }

  /** What is there now, by name: a cell, or a map of items. Copies references. */
  Map<String, Object> image() {
    Map<String, Object> image = new HashMap<>(names);
    image.replaceAll(
        (name, found) -> found instanceof Items items ? new TreeMap<>(items.cells) : found);
    return image;
  }

  /** Puts a cell in the place of another; null removes. */
  void set(String name, String item, @Nullable MemoryEntry cell) {
    Object found = names.get(name);
    if (found instanceof Items items) {
      setItem(name, items, item, cell);
    } else if (item.isEmpty()) {
      setSingle(name, found, cell);
    } else if (cell != null) {
      Items items = new Items();
      if (found != null) {
        items.cells.put("", (MemoryEntry) found);
      }
      items.cells.put(item, cell);
      setSingle(name, found, items);
    }
  }

  private void setItem(String name, Items items, String item, @Nullable MemoryEntry cell) {
    if (cell != null) {
      items.cells.put(item, cell);
      return;
    }
    items.cells.remove(item);
    if (items.cells.isEmpty()) {
      setSingle(name, items, null);
    }
  }

  private void setSingle(String name, @Nullable Object before, @Nullable Object after) {
    if (after == null) {
      names.remove(name);
      order.remove(name);
    } else {
      if (before == null) {
        order.add(name); // first: what is in order alone is not there, and may stay so
      }
      names.put(name, after);
    }
  }

  /** Takes what a walk finds. */
  interface Visitor {

    /** Answers whether to go on. */
    boolean visit(String name, String item, MemoryEntry cell);
  }

  /**
   * Goes through entries in order, alive or expired.
   *
   * @param from where to begin, or with {@code reverse} where to end
   * @param to behind the last, or with {@code reverse} behind the first; null for the end of all
   */
  void walk(Key from, @Nullable Key to, boolean reverse, Visitor visitor) {
    NavigableSet<String> part =
        to == null ? order.tailSet(from.name(), true) : within(from.name(), to);
    Iterator<String> walk = reverse ? part.descendingIterator() : part.iterator();
    while (walk.hasNext()) {
      String name = walk.next();
      Object found = names.get(name);
      if (found instanceof Items items) {
        if (!walkItems(name, items, from, to, reverse, visitor)) {
          return;
        }
      } else if (found != null) {
        MemoryEntry cell = decided((MemoryEntry) found);
        if (cell != null && isWithin(name, "", from, to) && !visitor.visit(name, "", cell)) {
          return;
        }
      }
    }
  }

  /** The names that may have items before an end. */
  private NavigableSet<String> within(String from, Key to) {
    return Key.compare(from, to.name()) > 0
        ? new ConcurrentSkipListSet<>(BY_UTF8)
        : order.subSet(from, true, to.name(), !to.item().isEmpty());
  }

  private static boolean walkItems(
      String name, Items items, Key from, @Nullable Key to, boolean reverse, Visitor visitor) {
    ConcurrentNavigableMap<String, MemoryEntry> cells = items.cells;
    String first = name.equals(from.name()) ? from.item() : "";
    if (to == null || !name.equals(to.name())) {
      cells = cells.tailMap(first, true);
    } else if (Key.compare(first, to.item()) < 0) {
      cells = cells.subMap(first, true, to.item(), false);
    } else {
      return true;
    }
    for (Map.Entry<String, MemoryEntry> e : (reverse ? cells.descendingMap() : cells).entrySet()) {
      MemoryEntry cell = decided(e.getValue());
      if (cell != null && !visitor.visit(name, e.getKey(), cell)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isWithin(String name, String item, Key from, @Nullable Key to) {
    boolean before = name.equals(from.name()) && Key.compare(item, from.item()) < 0;
    boolean behind = to != null && name.equals(to.name()) && Key.compare(item, to.item()) >= 0;
    return !before && !behind;
  }
}
