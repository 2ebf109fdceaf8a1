package io.purpledb.backend;

import io.vertx.core.shareddata.Shareable;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The items of one set, sorted and immutable: a change makes another one. An answer carries the
 * whole set anyway, so a copy of its references costs less than the answer.
 */
public final class SortedItems extends AbstractList<String> implements Shareable {

  public static final SortedItems NONE = new SortedItems(new String[0], 0);

  private final String[] sorted;
  private final long heapBytes;

  private SortedItems(String[] sorted, long heapBytes) {
    this.sorted = sorted;
    this.heapBytes = heapBytes;
  }

  /** What an item takes of the heap, in bytes. */
  public static long heapBytes(String item) {
    return Footprint.REFERENCE + Footprint.text(item);
  }

  /** What all items take of the heap, in bytes. */
  public long heapBytes() {
    return heapBytes;
  }

  public boolean has(String item) {
    return Arrays.binarySearch(sorted, item, ByteOrder.INSTANCE) >= 0;
  }

  /** Items that are sorted by {@link ByteOrder}. */
  public static SortedItems ofSorted(List<String> items) {
    String[] sorted = items.toArray(new String[0]);
    long bytes = 0;
    for (String item : sorted) {
      bytes += heapBytes(item);
    }
    return new SortedItems(sorted, bytes);
  }

  /** The items and one more. */
  public SortedItems with(String item) {
    int found = Arrays.binarySearch(sorted, item, ByteOrder.INSTANCE);
    if (found >= 0) {
      return this;
    }
    int at = -found - 1;
    String[] more = new String[sorted.length + 1];
    System.arraycopy(sorted, 0, more, 0, at);
    more[at] = item;
    System.arraycopy(sorted, at, more, at + 1, sorted.length - at);
    return new SortedItems(more, heapBytes + heapBytes(item));
  }

  /** The items without one; null when none is left, because such a set does not exist. */
  public @Nullable SortedItems without(String item) {
    int at = Arrays.binarySearch(sorted, item, ByteOrder.INSTANCE);
    if (at < 0) {
      return this;
    }
    if (sorted.length == 1) {
      return null;
    }
    String[] fewer = new String[sorted.length - 1];
    System.arraycopy(sorted, 0, fewer, 0, at);
    System.arraycopy(sorted, at + 1, fewer, at, fewer.length - at);
    return new SortedItems(fewer, heapBytes - heapBytes(item));
  }

  @Override
  public String get(int index) {
    return sorted[index];
  }

  @Override
  public int size() {
    return sorted.length;
  }
}
