package io.purpledb.backend.memory;

import io.purpledb.backend.SetBackend;
import io.purpledb.backend.SortedItems;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Sets in a shared map. Every change replaces a set by another, so that readers need no lock. */
record MemorySet(CountedMap<SortedItems> sets) implements MemoryBackend, SetBackend {

  @Override
  public Future<SortedItems> get(String key) {
    return Future.succeededFuture(orNone(sets.get(key)));
  }

  @Override
  public Future<SortedItems> add(String key, String item) {
    try {
      return Future.succeededFuture(orNone(sets.update(key, items -> orNone(items).with(item))));
    } catch (Failure full) {
      return Future.failedFuture(full);
    }
  }

  @Override
  public Future<SortedItems> remove(String key, String item) {
    return Future.succeededFuture(
        orNone(sets.update(key, items -> items == null ? null : items.without(item))));
  }

  private static SortedItems orNone(@Nullable SortedItems items) {
    return items == null ? SortedItems.NONE : items;
  }
}
