package io.purpledb.backend.memory;

import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one service, counted in a budget. Each change and its count are one atomic step of
 * the map.
 *
 * @param map a concurrent map
 * @param valueBytes what a value takes of the heap
 */
record CountedMap<V>(Map<String, V> map, MemoryBudget budget, ToLongFunction<V> valueBytes) {

  @Nullable V get(String key) {
    return map.get(key);
  }

  /**
   * Puts a value in the place of another.
   *
   * @throws io.purpledb.message.Failure storage full, and nothing is changed
   */
  void put(String key, V value) {
    update(key, old -> value);
  }

  /** Removes a value; answers whether there was one. */
  boolean remove(String key) {
    V old = map.remove(key);
    if (old == null) {
      return false;
    }
    budget.add(-bytes(key, old));
    return true;
  }

  /**
   * Changes a value; answers what it is then.
   *
   * @param change from the value that is there, null when there is none, to another; null removes
   * @throws io.purpledb.message.Failure storage full, and nothing is changed
   */
  @Nullable V update(String key, UnaryOperator<@Nullable V> change) {
    Update update = new Update(change);
    try {
      return map.compute(key, update);
    } catch (Throwable t) {
      update.undo(key);
      throw t;
    }
  }

  /** What an entry takes of the heap, in bytes; none when there is no value. */
  long bytes(String key, @Nullable V value) {
    return value == null ? 0 : MemoryEntries.keyBytes(key) + valueBytes.applyAsLong(value);
  }

  private final class Update implements BiFunction<String, @Nullable V, @Nullable V> {

    private final UnaryOperator<@Nullable V> change;
    private @Nullable V next;
    private long counted;

    Update(UnaryOperator<@Nullable V> change) {
      this.change = change;
    }

    @Override
    public @Nullable V apply(String key, @Nullable V old) {
      next = change.apply(old);
      if (next != old) {
        long more = bytes(key, next) - bytes(key, old);
        budget.add(more);
        counted = more;
      }
      return next;
    }

    /** The map found no room for its own node after the value was counted. */
    void undo(String key) {
      if (counted != 0 && map.get(key) != next) {
        budget.add(-counted);
      }
    }
  }
}
