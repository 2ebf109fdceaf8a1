package io.purpledb.backend.memory;

import io.purpledb.backend.SetBackend;
import io.purpledb.backend.SortedItems;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** Sets in a shared map. Every change replaces a set by another, so that readers need no lock. */
record MemorySet(Map<String, SortedItems> sets) implements MemoryBackend, SetBackend {

  @Override
  public Future<List<String>> get(String key) {
    return Future.succeededFuture(sets.getOrDefault(key, SortedItems.NONE));
  }

  @Override
  public Future<List<String>> add(String key, String item) {
    return Future.succeededFuture(
        sets.compute(key, (k, items) -> (items == null ? SortedItems.NONE : items).with(item)));
  }

  @Override
  public Future<List<String>> remove(String key, String item) {
    SortedItems left = sets.computeIfPresent(key, (k, items) -> items.without(item));
    return Future.succeededFuture(left == null ? SortedItems.NONE : left);
  }
}
