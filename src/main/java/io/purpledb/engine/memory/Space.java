package io.purpledb.engine.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Key;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentHashMap;
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

  /** From a name to what is there: a cell, or an {@link ItemTree} where there are any items. */
  private final Map<String, Object> names = new ConcurrentHashMap<>();

  private final NavigableSet<String> order = new ConcurrentSkipListSet<>(BY_UTF8);

  /** What an item takes of the heap beside its cell, in bytes. */
  static long itemBytes(String item) {
    return item.isEmpty() ? 0 : ItemTree.itemBytes(item.getBytes(UTF_8).length);
  }

  /** How many cells a name has, and how many of them are of items. */
  record Count(int cells, int items) {

    static final Count NONE = new Count(0, 0);

    /** Of a name with one value. */
    static final Count ONE = new Count(1, 0);

    static Count of(@Nullable Object found) {
      if (found instanceof ItemTree tree) {
        return new Count(tree.size(), tree.size() - (tree.hasEmpty() ? 1 : 0));
      }
      return found == null ? NONE : ONE;
    }

    /** What a name takes of the heap beside what is in it, in bytes. */
    long heapBytes(String name) {
      return (cells == 0 ? 0 : Footprint.ENTRY + ORDER_BYTES + Footprint.text(name))
          + (items == 0 ? 0 : ItemTree.HEAP_BYTES);
    }
  }

  Count count(String name) {
    return Count.of(names.get(name));
  }

  @Nullable MemoryEntry find(String name, String item) {
    Object found = names.get(name);
    if (found instanceof ItemTree tree) {
      return decided(tree.find(ByteString.copyFromUtf8(item)));
    }
    return item.isEmpty() ? decided((MemoryEntry) found) : null;
  }

  /** The items of a name. */
  ItemTree items(String name) {
    return names.get(name) instanceof ItemTree tree ? tree : ItemTree.NONE;
  }

  private static @Nullable MemoryEntry decided(@Nullable MemoryEntry cell) {
    return cell instanceof MemoryEntry.Undecided undecided ? undecided.now() : cell;
  }

  /** What is there now, by name: a cell, or an {@link ItemTree}. Copies references. */
  Map<String, Object> image() {
    return new HashMap<>(names);
  }

  /** Puts a cell in the place of another; null removes. */
  void set(String name, String item, @Nullable MemoryEntry cell) {
    Object found = names.get(name);
    if (found instanceof ItemTree tree) {
      setSingle(name, found, after(tree, ByteString.copyFromUtf8(item), cell));
    } else if (item.isEmpty()) {
      setSingle(name, found, cell);
    } else if (cell != null) {
      ItemTree tree = ItemTree.NONE;
      if (found != null) {
        tree = tree.with(ByteString.EMPTY, (MemoryEntry) found);
      }
      setSingle(name, found, tree.with(ByteString.copyFromUtf8(item), cell));
    }
  }

  /** A tree, or what there is in its place when it has no items. */
  private static @Nullable Object after(
      ItemTree tree, ByteString item, @Nullable MemoryEntry cell) {
    ItemTree after = cell == null ? tree.without(item) : tree.with(item, cell);
    return after.size() > (after.hasEmpty() ? 1 : 0) ? after : after.find(ByteString.EMPTY);
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
      if (found instanceof ItemTree tree) {
        if (!walkItems(name, tree, from, to, reverse, visitor)) {
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
      String name, ItemTree tree, Key from, @Nullable Key to, boolean reverse, Visitor visitor) {
    String first = name.equals(from.name()) ? from.item() : "";
    String end = to == null || !name.equals(to.name()) ? null : to.item();
    return (end != null && Key.compare(first, end) >= 0)
        || tree.walk(
            ByteString.copyFromUtf8(first),
            end == null ? null : ByteString.copyFromUtf8(end),
            reverse,
            (item, found) -> {
              MemoryEntry cell = decided(found);
              return cell == null || visitor.visit(name, item.toStringUtf8(), cell);
            });
  }

  private static boolean isWithin(String name, String item, Key from, @Nullable Key to) {
    boolean before = name.equals(from.name()) && Key.compare(item, from.item()) < 0;
    boolean behind = to != null && name.equals(to.name()) && Key.compare(item, to.item()) >= 0;
    return !before && !behind;
  }
}
