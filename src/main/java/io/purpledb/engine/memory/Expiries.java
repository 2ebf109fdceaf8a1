package io.purpledb.engine.memory;

import io.purpledb.engine.Entry;
import io.purpledb.engine.Key;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which keys expire when, the first first. Not thread-safe. */
final class Expiries {

  /** What a place takes of the heap, in bytes: a node of the tree, its key and the {@link Key}. */
  static final int HEAP_BYTES = 96;

  private final NavigableMap<Place, Key> places =
      new TreeMap<>(
          Comparator.comparingLong(Place::expiresMillis).thenComparingLong(Place::version));

  private record Place(long expiresMillis, long version) {}

  /** A cell was put in the place of another, of the same key. */
  void replaced(Key key, @Nullable MemoryEntry before, @Nullable MemoryEntry after) {
    if (before != null && before.expiresMillis() != Entry.NEVER) {
      places.remove(new Place(before.expiresMillis(), before.version()));
    }
    if (after != null && after.expiresMillis() != Entry.NEVER) {
      places.put(new Place(after.expiresMillis(), after.version()), key);
    }
  }

  /** When the first expires, in milliseconds since 1970; {@link Entry#NEVER} when none does. */
  long firstMillis() {
    return places.isEmpty() ? Entry.NEVER : places.firstKey().expiresMillis();
  }

  /** The keys whose time is over, so many at most. */
  List<Key> due(long nowMillis, int most) {
    List<Key> due = new ArrayList<>();
    for (Key key : places.headMap(new Place(nowMillis, Long.MAX_VALUE), true).values()) {
      if (due.size() == most) {
        break;
      }
      due.add(key);
    }
    return due;
  }
}
