package io.purpledb.engine.entry;

import com.google.protobuf.ByteString;
import com.google.protobuf.LazyStringArrayList;
import io.vertx.core.shareddata.Shareable;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The items of one name, such as the members of a set, sorted by their UTF-8 and immutable: a
 * change makes another one. They are kept as the bytes of their UTF-8, because an answer carries
 * all of them: to copy bytes costs a tenth of encoding texts.
 */
public final class Items extends AbstractList<String> implements Shareable {

  public static final Items NONE = new Items(new ByteString[0], 0);

  private final ByteString[] sorted;
  private final long heapBytes;

  private Items(ByteString[] sorted, long heapBytes) {
    this.sorted = sorted;
    this.heapBytes = heapBytes;
  }

  private static long heapBytes(ByteString item) {
    return Footprint.REFERENCE + Footprint.bytes(item.size());
  }

  /** What all items take of the heap, in bytes. */
  public long heapBytes() {
    return heapBytes;
  }

  /** Items that are sorted by their UTF-8. */
  public static Items ofSorted(List<String> items) {
    return ofSortedBytes(items.stream().map(ByteString::copyFromUtf8).toList());
  }

  /** Items, as UTF-8, that are sorted. */
  public static Items ofSortedBytes(List<ByteString> items) {
    return of(items.toArray(new ByteString[0]));
  }

  /**
   * Items in any order.
   *
   * @param items as UTF-8, none twice; the array is kept
   */
  public static Items ofUnsorted(ByteString[] items) {
    Arrays.sort(items, Items::compare);
    return of(items);
  }

  /**
   * Items of which it is known what they take of the heap.
   *
   * @param sorted as UTF-8; the array is kept
   */
  public static Items ofSorted(ByteString[] sorted, long heapBytes) {
    return sorted.length == 0 ? NONE : new Items(sorted, heapBytes);
  }

  private static Items of(ByteString[] sorted) {
    long bytes = 0;
    for (ByteString item : sorted) {
      bytes += heapBytes(item);
    }
    return new Items(sorted, bytes);
  }

  /** The items and one more. */
  public Items with(String item) {
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
    return new Items(more, heapBytes + heapBytes(added));
  }

  /** The items without one. */
  public Items without(String item) {
    int at = find(ByteString.copyFromUtf8(item));
    if (at < 0) {
      return this;
    }
    if (sorted.length == 1) {
      return NONE;
    }
    ByteString[] fewer = new ByteString[sorted.length - 1];
    System.arraycopy(sorted, 0, fewer, 0, at);
    System.arraycopy(sorted, at + 1, fewer, at, fewer.length - at);
    return new Items(fewer, heapBytes - heapBytes(sorted[at]));
  }

  /** The items as UTF-8. */
  public List<ByteString> bytes() {
    return Collections.unmodifiableList(Arrays.asList(sorted));
  }

  /** The items for a message, which sends them as they are. */
  public List<String> texts() {
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
    return find(sorted, item);
  }

  /**
   * Where an item is among others that are sorted; as {@link Arrays#binarySearch} when it is not.
   */
  public static int find(ByteString[] sorted, ByteString item) {
    return Arrays.binarySearch(sorted, item, Items::compare);
  }

  /** Compares by unsigned bytes; protobuf's own comparator takes a call for each byte. */
  public static int compare(ByteString a, ByteString b) {
    int at = a.asReadOnlyByteBuffer().mismatch(b.asReadOnlyByteBuffer());
    return at < 0 || at >= Math.min(a.size(), b.size())
        ? Integer.compare(a.size(), b.size())
        : Byte.compareUnsigned(a.byteAt(at), b.byteAt(at));
  }
}
