package io.purpledb.backend;

import com.google.protobuf.ByteString;
import com.google.protobuf.LazyStringArrayList;
import io.purpledb.engine.Footprint;
import io.vertx.core.shareddata.Shareable;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The items of one set, sorted by their UTF-8 and immutable: a change makes another one. They are
 * kept as the bytes of their UTF-8, because an answer carries all of them: to copy bytes costs a
 * tenth of encoding texts.
 */
public final class SortedItems extends AbstractList<String> implements Shareable {

  public static final SortedItems NONE = new SortedItems(new ByteString[0], 0);

  private final ByteString[] sorted;
  private final long heapBytes;

  private SortedItems(ByteString[] sorted, long heapBytes) {
    this.sorted = sorted;
    this.heapBytes = heapBytes;
  }

  /** What an item takes of the heap, in bytes. */
  public static long heapBytes(String item) {
    return heapBytes(ByteString.copyFromUtf8(item));
  }

  private static long heapBytes(ByteString item) {
    return Footprint.REFERENCE + Footprint.bytes(item.size());
  }

  /** What all items take of the heap, in bytes. */
  public long heapBytes() {
    return heapBytes;
  }

  public boolean has(String item) {
    return find(ByteString.copyFromUtf8(item)) >= 0;
  }

  /** Items that are sorted by their UTF-8. */
  public static SortedItems ofSorted(List<String> items) {
    return ofSortedBytes(items.stream().map(ByteString::copyFromUtf8).toList());
  }

  /** Items, as UTF-8, that are sorted. */
  public static SortedItems ofSortedBytes(List<ByteString> items) {
    return of(items.toArray(new ByteString[0]));
  }

  /**
   * Items in any order.
   *
   * @param items as UTF-8, none twice; the array is kept
   */
  public static SortedItems ofUnsorted(ByteString[] items) {
    Arrays.sort(items, SortedItems::compare);
    return of(items);
  }

  private static SortedItems of(ByteString[] sorted) {
    long bytes = 0;
    for (ByteString item : sorted) {
      bytes += heapBytes(item);
    }
    return new SortedItems(sorted, bytes);
  }

  /** The items and one more. */
  public SortedItems with(String item) {
    ByteString added = ByteString.copyFromUtf8(item);
    int found = find(added);
    if (found >= 0) {
      return this;
    }
    int at = -found - 1;
    ByteString[] more = new ByteString[sorted.length + 1];
    System.arraycopy(sorted, 0, more, 0, at);
    more[at] = added;
    System.arraycopy(sorted, at, more, at + 1, sorted.length - at);
    return new SortedItems(more, heapBytes + heapBytes(added));
  }

  /** The items without one; null when none is left, because such a set does not exist. */
  public @Nullable SortedItems without(String item) {
    int at = find(ByteString.copyFromUtf8(item));
    if (at < 0) {
      return this;
    }
    if (sorted.length == 1) {
      return null;
    }
    ByteString[] fewer = new ByteString[sorted.length - 1];
    System.arraycopy(sorted, 0, fewer, 0, at);
    System.arraycopy(sorted, at + 1, fewer, at, fewer.length - at);
    return new SortedItems(fewer, heapBytes - heapBytes(sorted[at]));
  }

  /** The items as UTF-8. */
  public List<ByteString> bytes() {
    return Collections.unmodifiableList(Arrays.asList(sorted));
  }

  /** The items for a message, which sends them as they are. */
  List<String> texts() {
    LazyStringArrayList texts = new LazyStringArrayList(sorted.length);
    texts.addAllByteString(bytes());
    return texts;
  }

  @Override
  public String get(int index) {
    return sorted[index].toStringUtf8();
  }

  @Override
  public int size() {
    return sorted.length;
  }

  private int find(ByteString item) {
    return Arrays.binarySearch(sorted, item, SortedItems::compare);
  }

  /** By unsigned bytes; protobuf's own comparator takes a call for each byte. */
  private static int compare(ByteString a, ByteString b) {
    int at = a.asReadOnlyByteBuffer().mismatch(b.asReadOnlyByteBuffer());
    return at < 0 || at >= Math.min(a.size(), b.size())
        ? Integer.compare(a.size(), b.size())
        : Byte.compareUnsigned(a.byteAt(at), b.byteAt(at));
  }
}
