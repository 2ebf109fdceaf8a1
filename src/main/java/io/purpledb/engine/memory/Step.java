package io.purpledb.engine.memory;

import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Description;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Key;
import io.purpledb.engine.Range;
import io.purpledb.engine.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A commit while it is worked out: what would be there after it. Nothing is changed yet. */
final class Step {

  /** From so many keys on, they are not looked through one by one. */
  private static final int MANY = 8;

  private final MemoryEngine engine;
  private final Moment now;

  /** In the order of the first change of each. */
  private final List<Key> keys = new ArrayList<>(1);

  private final List<@Nullable Cell> cells = new ArrayList<>(1);

  /** From a key to its place in both lists, when they are many. */
  private @Nullable Map<Key, Integer> places;

  Step(MemoryEngine engine, Moment now) {
    this.engine = engine;
    this.now = now;
  }

  List<Key> keys() {
    return keys;
  }

  /** What is to be there; null where nothing is. */
  List<@Nullable Cell> cells() {
    return cells;
  }

  /** Works a commit out; answers what refuses it, as {@link Committed#refusedBy} says. */
  int work(Commit commit) {
    List<Check> checks = commit.checks();
    for (int i = 0; i < checks.size(); i++) {
      if (!isTrue(checks.get(i))) {
        return i;
      }
    }
    List<Change> changes = commit.changes();
    for (int i = 0; i < changes.size(); i++) {
      if (!make(changes.get(i))) {
        return checks.size() + i;
      }
    }
    return Committed.DONE;
  }

  private boolean isTrue(Check check) {
    Cell cell = engine.alive(check.key(), now);
    if (check instanceof Check.Absent) {
      return cell == null;
    }
    if (check instanceof Check.Present) {
      return cell != null;
    }
    if (check instanceof Check.HasVersion version) {
      return cell != null && cell.version() == version.version();
    }
    Check.Within within = (Check.Within) check;
    Long number = number(cell);
    return number != null && within.min() <= number && number <= within.max();
  }

  /** The number of a cell; 0 where nothing is, null where bytes are. */
  private static @Nullable Long number(@Nullable Cell cell) {
    if (cell == null) {
      return 0L;
    }
    return cell.value() instanceof Value.OfNumber number ? number.number() : null;
  }

  private boolean make(Change change) {
    if (change instanceof Change.Put put) {
      Cell before = put.ttlMillis() == Change.KEEP ? current(put.key()) : null;
      long expires =
          put.ttlMillis() != Change.KEEP
              ? expires(put.ttlMillis())
              : before == null ? Entry.NEVER : before.expiresMillis();
      set(put.key(), Cell.of(put.value(), put.description(), expires));
    } else if (change instanceof Change.Delete delete) {
      set(delete.key(), null);
    } else if (change instanceof Change.Touch touch) {
      Cell before = current(touch.key());
      if (before != null) {
        set(touch.key(), before.expiring(expires(touch.ttlMillis())));
      }
    } else if (change instanceof Change.DeleteRange range) {
      deleteRange(range.range());
    } else {
      return add((Change.Add) change);
    }
    return true;
  }

  /** What is there, and what this commit itself has put there. */
  private void deleteRange(Range range) {
    engine.keys(range).forEach(key -> set(key, null));
    for (int i = 0; i < keys.size(); i++) {
      if (range.has(keys.get(i))) {
        cells.set(i, null);
      }
    }
  }

  private boolean add(Change.Add add) {
    Cell before = current(add.key());
    Long number = number(before);
    if (number == null) {
      return false;
    }
    long sum = number + add.amount();
    boolean overflows = ((number ^ sum) & (add.amount() ^ sum)) < 0;
    if (overflows || sum < add.min() || sum > add.max()) {
      return false;
    }
    set(
        add.key(),
        before == null
            ? Cell.of(new Value.OfNumber(sum), Description.NONE, Entry.NEVER)
            : Cell.of(new Value.OfNumber(sum), before.description(), before.expiresMillis()));
    return true;
  }

  private long expires(long ttlMillis) {
    return ttlMillis == Change.FOREVER ? Entry.NEVER : now.millis() + ttlMillis;
  }

  /** What is there after the changes so far. */
  private @Nullable Cell current(Key key) {
    int place = place(key);
    return place < 0 ? engine.alive(key, now) : cells.get(place);
  }

  /** Says what is to be there; null for nothing. */
  void set(Key key, @Nullable Cell cell) {
    int place = place(key);
    if (place >= 0) {
      cells.set(place, cell);
      return;
    }
    keys.add(key);
    cells.add(cell);
    Map<Key, Integer> many = places;
    if (many != null) {
      many.put(key, keys.size() - 1);
    }
  }

  private int place(Key key) {
    if (keys.size() < MANY) {
      return keys.indexOf(key);
    }
    Map<Key, Integer> many = places;
    if (many == null) {
      many = new TreeMap<>();
      for (int i = 0; i < keys.size(); i++) {
        many.put(keys.get(i), i);
      }
      places = many;
    }
    return many.getOrDefault(key, -1);
  }
}
