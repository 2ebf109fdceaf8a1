package io.purpledb.engine.memory;

import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which keys expire when, the first first. Not thread-safe. */
final class Expiries {

  /** What a place takes of the heap, in bytes: a node of the tree, the place and the key. */
  static final int HEAP_BYTES = 96;

  private static final Key ANY = Key.of("", "", "");

  private final NavigableSet<Place> places =
      new TreeSet<>(
          Comparator.comparingLong(Place::expiresMillis)
              .thenComparingLong(Place::version)
              .thenComparing(Place::key));

  /** The key, too, as all that is from before there were versions has the same. */
  private record Place(long expiresMillis, long version, Key key) {}

  /** A cell was put in the place of another, of the same key. */
  void replaced(Key key, @Nullable MemoryEntry before, @Nullable MemoryEntry after) {
    Key kept = key;
    if (before != null && before.expiresMillis() != Entry.NEVER) {
      Place place = places.ceiling(new Place(before.expiresMillis(), before.version(), key));
      if (place != null && place.key().equals(key)) {
        kept = place.key(); // that which others have, too: its texts are there once
        places.remove(place);
      }
    }
    if (after != null && after.expiresMillis() != Entry.NEVER) {
      places.add(new Place(after.expiresMillis(), after.version(), kept));
    }
  }

  /** When the first expires, in milliseconds since 1970; {@link Entry#NEVER} when none does. */
  long firstMillis() {
    return places.isEmpty() ? Entry.NEVER : places.first().expiresMillis();
  }

  /**
   * The keys whose time is over.
   *
   * @param most how many
   * @param isApart which do not count, so that others are the same without them; as many at most
   */
  List<Key> due(long nowMillis, int most, Predicate<Key> isApart) {
    List<Key> due = new ArrayList<>();
    int counted = 0;
    for (Place place : places.headSet(new Place(nowMillis, Long.MAX_VALUE, ANY))) {
      if (isApart.test(place.key())) {
        if (due.size() - counted < most) {
          due.add(place.key());
        }
      } else if (counted == most) {
        break;
      } else {
        counted++;
        due.add(place.key());
      }
    }
    return due;
  }
}
