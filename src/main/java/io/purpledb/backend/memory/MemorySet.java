package io.purpledb.backend.memory;

import io.purpledb.backend.ByteOrder;
import io.purpledb.backend.SetBackend;
import io.vertx.core.Future;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets in a shared map. A set is an immutable sorted array that every change replaces: a reply
 * carries the whole set anyway, so a copy of its references costs less than the reply, and readers
 * need no lock.
 */
record MemorySet(LocalMap<String, MemorySet.Items> sets) implements MemoryBackend, SetBackend {

  @Override
  public Future<List<String>> get(String key) {
    return Future.succeededFuture(sets.getOrDefault(key, Items.NONE));
  }

  @Override
  public Future<List<String>> add(String key, String item) {
    return Future.succeededFuture(
        sets.compute(key, (k, items) -> (items == null ? Items.NONE : items).with(item)));
  }

  @Override
  public Future<List<String>> remove(String key, String item) {
    Items left = sets.computeIfPresent(key, (k, items) -> items.without(item));
    return Future.succeededFuture(left == null ? Items.NONE : left);
  }

  /** The sorted items of one set. */
  static final class Items extends AbstractList<String> implements Shareable {

    static final Items NONE = new Items(new String[0]);

    private final String[] sorted;

    private Items(String[] sorted) {
      this.sorted = sorted;
    }

    Items with(String item) {
      int found = Arrays.binarySearch(sorted, item, ByteOrder.INSTANCE);
      if (found >= 0) {
        return this;
      }
      int at = -found - 1;
      String[] more = new String[sorted.length + 1];
      System.arraycopy(sorted, 0, more, 0, at);
      more[at] = item;
      System.arraycopy(sorted, at, more, at + 1, sorted.length - at);
      return new Items(more);
    }

    /** The items without one; null when none is left, because such a set does not exist. */
    @Nullable Items without(String item) {
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
      return new Items(fewer);
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
}
