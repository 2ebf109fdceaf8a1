package io.purpledb.engine.memory;

import com.google.protobuf.ByteString;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Items;
import io.purpledb.engine.support.Moment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The items of one name in the order of their UTF-8, and what is kept for each. Immutable: a change
 * makes another one that shares all but one leaf and the list of leaves, so that all items of a
 * moment are one reference. The empty item stands for what the name itself has.
 */
final class ItemTree {

  static final ItemTree NONE = new ItemTree(new Leaf[0], 0, 0, 0);

  /**
   * This object, its list and one leaf with its arrays; what more leaves take is with the items.
   */
  static final int HEAP_BYTES = 120;

  private static final int REFERENCES = 8;
  private static final int MOST_IN_LEAF = 128;

  private final Leaf[] leaves;
  private final int size;
  private final long bytes;
  private final int expiring;

  /** All items, once they were asked for; not while some may expire. */
  private volatile @Nullable Items all;

  private ItemTree(Leaf[] leaves, int size, long bytes, int expiring) {
    this.leaves = leaves;
    this.size = size;
    this.bytes = bytes;
    this.expiring = expiring;
  }

  /** Neighbours: an item and its cell have the same place. */
  private static final class Leaf {

    private static final Leaf NONE = new Leaf(new ByteString[0], new MemoryEntry[0]);

    private final ByteString[] items;
    private final MemoryEntry[] cells;

    Leaf(ByteString[] items, MemoryEntry[] cells) {
      this.items = items;
      this.cells = cells;
    }

    Leaf with(int at, ByteString item, MemoryEntry cell) {
      ByteString[] moreItems = new ByteString[items.length + 1];
      MemoryEntry[] moreCells = new MemoryEntry[moreItems.length];
      copyAround(items, moreItems, at);
      copyAround(cells, moreCells, at);
      moreItems[at] = item;
      moreCells[at] = cell;
      return new Leaf(moreItems, moreCells);
    }

    private static void copyAround(Object[] from, Object[] to, int at) {
      System.arraycopy(from, 0, to, 0, at);
      System.arraycopy(from, at, to, at + 1, from.length - at);
    }

    Leaf replaced(int at, MemoryEntry cell) {
      MemoryEntry[] others = cells.clone();
      others[at] = cell;
      return new Leaf(items, others);
    }

    Leaf without(int at) {
      ByteString[] fewerItems = Arrays.copyOf(items, items.length - 1);
      MemoryEntry[] fewerCells = Arrays.copyOf(cells, fewerItems.length);
      System.arraycopy(items, at + 1, fewerItems, at, fewerItems.length - at);
      System.arraycopy(cells, at + 1, fewerCells, at, fewerCells.length - at);
      return new Leaf(fewerItems, fewerCells);
    }

    Leaf part(int from, int to) {
      return new Leaf(Arrays.copyOfRange(items, from, to), Arrays.copyOfRange(cells, from, to));
    }

    Leaf and(Leaf next) {
      Leaf both =
          new Leaf(
              Arrays.copyOf(items, items.length + next.items.length),
              Arrays.copyOf(cells, items.length + next.items.length));
      System.arraycopy(next.items, 0, both.items, items.length, next.items.length);
      System.arraycopy(next.cells, 0, both.cells, cells.length, next.cells.length);
      return both;
    }
  }

  /** What an item takes of the heap beside its cell, in bytes. */
  static long itemBytes(int length) {
    return REFERENCES + Footprint.bytes(length);
  }

  /** How many items there are, the empty one too. */
  int size() {
    return size;
  }

  /** Whether the name itself has something. */
  boolean hasEmpty() {
    return size > 0 && leaves[0].items[0].isEmpty();
  }

  /** What all items take of the heap beside their cells, in bytes; an answer has less of them. */
  long bytes() {
    return bytes;
  }

  @Nullable MemoryEntry find(ByteString item) {
    int leaf = leafOf(item);
    if (leaf < 0) {
      return null;
    }
    int at = Items.find(leaves[leaf].items, item);
    return at < 0 ? null : leaves[leaf].cells[at];
  }

  /** The leaf that an item is in or would be; -1 when there are none. */
  private int leafOf(ByteString item) {
    int low = 0;
    int high = leaves.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Items.compare(leaves[middle].items[0], item) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return high < 0 ? -1 : low;
  }

  /** The same with a cell for an item, in the place of the one before. */
  ItemTree with(ByteString item, MemoryEntry cell) {
    int of = Math.max(0, leafOf(item));
    Leaf before = leaves.length == 0 ? Leaf.NONE : leaves[of];
    int at = Items.find(before.items, item);
    if (at >= 0) {
      int more = expires(cell) - expires(before.cells[at]);
      return new ItemTree(put(of, before.replaced(at, cell)), size, bytes, expiring + more);
    }
    Leaf after = before.with(-at - 1, item, cell);
    Leaf[] now;
    if (leaves.length == 0) {
      now = new Leaf[] {after};
    } else if (after.items.length > MOST_IN_LEAF) {
      now = split(of, after);
    } else {
      now = put(of, after);
    }
    return new ItemTree(now, size + 1, bytes + itemBytes(item.size()), expiring + expires(cell));
  }

  private static int expires(MemoryEntry cell) {
    return cell.expiresMillis() == Entry.NEVER ? 0 : 1;
  }

  private Leaf[] put(int at, Leaf leaf) {
    Leaf[] now = leaves.clone();
    now[at] = leaf;
    return now;
  }

  /** Items that come in their order leave full leaves behind. */
  private Leaf[] split(int at, Leaf leaf) {
    boolean isLast = at == leaves.length - 1;
    int middle = isLast ? MOST_IN_LEAF : leaf.items.length / 2;
    Leaf[] now = new Leaf[leaves.length + 1];
    System.arraycopy(leaves, 0, now, 0, at);
    now[at] = leaf.part(0, middle);
    now[at + 1] = leaf.part(middle, leaf.items.length);
    System.arraycopy(leaves, at + 1, now, at + 2, leaves.length - at - 1);
    return now;
  }

  /** The same without an item; nothing else when it has none. */
  ItemTree without(ByteString item) {
    int of = leafOf(item);
    int at = of < 0 ? -1 : Items.find(leaves[of].items, item);
    if (at < 0) {
      return this;
    }
    Leaf before = leaves[of];
    Leaf after = before.without(at);
    Leaf[] now = after.items.length == 0 ? dropped(of) : joined(of, after);
    return new ItemTree(
        now, size - 1, bytes - itemBytes(item.size()), expiring - expires(before.cells[at]));
  }

  private Leaf[] dropped(int at) {
    Leaf[] now = Arrays.copyOf(leaves, leaves.length - 1);
    System.arraycopy(leaves, at + 1, now, at, now.length - at);
    return now;
  }

  /** Two neighbours that are half full together become one. */
  private Leaf[] joined(int at, Leaf leaf) {
    boolean joinsNext =
        at + 1 < leaves.length && isHalf(leaf.items.length + leaves[at + 1].items.length);
    if (joinsNext) {
      Leaf[] now = dropped(at + 1);
      now[at] = leaf.and(leaves[at + 1]);
      return now;
    }
    if (at > 0 && isHalf(leaf.items.length + leaves[at - 1].items.length)) {
      Leaf[] now = dropped(at);
      now[at - 1] = leaves[at - 1].and(leaf);
      return now;
    }
    return put(at, leaf);
  }

  private static boolean isHalf(int items) {
    return items <= MOST_IN_LEAF / 2;
  }

  /** Takes what a walk finds. */
  interface Visitor {

    /** Answers whether to go on. */
    boolean visit(ByteString item, MemoryEntry cell);
  }

  /**
   * Goes through items in order; answers whether to go on.
   *
   * @param from where to begin, or with {@code reverse} where to end
   * @param to behind the last, or with {@code reverse} behind the first; null for the end of all
   */
  boolean walk(ByteString from, @Nullable ByteString to, boolean reverse, Visitor visitor) {
    int leaf =
        reverse && to == null ? leaves.length - 1 : leafOf(reverse && to != null ? to : from);
    while (leaf >= 0 && leaf < leaves.length) {
      Leaf of = leaves[leaf];
      int first = place(of, from);
      int end = to == null ? of.items.length : place(of, to);
      for (int i = 0; i < end - first; i++) {
        int at = reverse ? end - 1 - i : first + i;
        if (!visitor.visit(of.items[at], of.cells[at])) {
          return false;
        }
      }
      boolean isOver = reverse ? first > 0 : end < of.items.length;
      leaf = isOver ? -1 : reverse ? leaf - 1 : leaf + 1;
    }
    return true;
  }

  /** Where the items begin that are not before one. */
  private static int place(Leaf leaf, ByteString item) {
    int found = Items.find(leaf.items, item);
    return found < 0 ? -found - 1 : found;
  }

  /** Takes all items. */
  interface Sink {

    void item(String item, MemoryEntry cell) throws IOException;
  }

  /** Gives all items to a sink, in order. */
  void sendTo(Sink sink) throws IOException {
    for (Leaf leaf : leaves) {
      for (int i = 0; i < leaf.items.length; i++) {
        sink.item(leaf.items[i].toStringUtf8(), leaf.cells[i]);
      }
    }
  }

  /** Whether a moment has to be known to say which items are there. */
  boolean mayExpire() {
    return expiring > 0;
  }

  /** All items that are alive, but for the empty one. */
  Items items(Moment now) {
    if (mayExpire()) {
      return alive(now);
    }
    Items known = all;
    if (known == null) {
      known = all();
      all = known;
    }
    return known;
  }

  private Items all() {
    int first = hasEmpty() ? 1 : 0;
    ByteString[] items = new ByteString[size - first];
    int to = -first; // where the first leaf would begin
    for (Leaf leaf : leaves) {
      int from = Math.max(0, -to);
      System.arraycopy(leaf.items, from, items, to + from, leaf.items.length - from);
      to += leaf.items.length;
    }
    return Items.ofSorted(items, bytes - first * itemBytes(0));
  }

  private Items alive(Moment now) {
    List<ByteString> alive = new ArrayList<>(size);
    for (Leaf leaf : leaves) {
      for (int i = 0; i < leaf.items.length; i++) {
        if (!leaf.items[i].isEmpty() && leaf.cells[i].isAlive(now)) {
          alive.add(leaf.items[i]);
        }
      }
    }
    return Items.ofSortedBytes(alive);
  }
}
