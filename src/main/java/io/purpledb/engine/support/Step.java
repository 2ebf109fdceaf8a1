package io.purpledb.engine.support;

import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A commit while it is worked out: what would be there after it. Nothing is changed yet.
 *
 * @param <K> what the engine keeps for a key
 * @param <X> how looking for it may fail
 */
public abstract class Step<K extends Kept, X extends Exception> {

  /** From so many keys on, they are not looked through one by one. */
  private static final int MANY = 8;

  private final Moment now;

  /** In the order of the first change of each. */
  private final List<Key> keys = new ArrayList<>(1);

  private final List<@Nullable K> next = new ArrayList<>(1);

  /** From a key to its place in both lists, when they are many. */
  private @Nullable Map<Key, Integer> places;

  public Step(Moment now) {
    this.now = now;
  }

  /** What is there before the step and has not expired; null where nothing is. */
  protected abstract @Nullable K alive(Key key) throws X;

  /**
   * The first keys of a range before the step, with those that have expired or without.
   *
   * @param most how many
   */
  protected abstract List<Key> keys(Range range, int most) throws X;

  /** What is to be kept. */
  protected abstract K of(Value value, Description description, long expiresMillis);

  /** The same with another expiry. */
  protected abstract K expiring(K kept, long millis);

  /** The time of the step. */
  public final Moment now() {
    return now;
  }

  /** The keys that it changes. */
  public final List<Key> keys() {
    return keys;
  }

  /** What is to be there for each of the keys; null where nothing is. */
  public final List<@Nullable K> next() {
    return next;
  }

  /** Works a commit out; answers what refuses it, as {@link Committed#refusedBy} says. */
  public final int work(Commit commit) throws X {
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

  private boolean isTrue(Check check) throws X {
    K kept = alive(check.key());
    if (check instanceof Check.Absent) {
      return kept == null;
    }
    if (check instanceof Check.Present) {
      return kept != null;
    }
    if (check instanceof Check.HasVersion version) {
      return kept != null && kept.version() == version.version();
    }
    Check.Within within = (Check.Within) check;
    Long number = number(kept);
    return number != null && within.min() <= number && number <= within.max();
  }

  /** The number that is kept; 0 where nothing is, null where bytes are. */
  private static @Nullable Long number(@Nullable Kept kept) {
    return kept == null ? Long.valueOf(0) : kept.number();
  }

  private boolean make(Change change) throws X {
    if (change instanceof Change.Put put) {
      K before = put.ttlMillis() == Change.KEEP ? current(put.key()) : null;
      long expires =
          put.ttlMillis() != Change.KEEP
              ? expires(put.ttlMillis())
              : before == null ? Entry.NEVER : before.expiresMillis();
      set(put.key(), of(put.value(), put.description(), expires));
    } else if (change instanceof Change.Delete delete) {
      set(delete.key(), null);
    } else if (change instanceof Change.Touch touch) {
      K before = current(touch.key());
      if (before != null) {
        set(touch.key(), expiring(before, expires(touch.ttlMillis())));
      }
    } else if (change instanceof Change.DeleteRange range) {
      deleteRange(range.range());
    } else {
      return add((Change.Add) change);
    }
    return true;
  }

  /** What is there, and what this commit itself has put there. */
  private void deleteRange(Range range) throws X {
    List<Key> found = keys(range, Change.DeleteRange.MOST + 1);
    if (found.size() > Change.DeleteRange.MOST) {
      throw Change.DeleteRange.tooMany();
    }
    found.forEach(key -> set(key, null));
    for (int i = 0; i < keys.size(); i++) {
      if (range.has(keys.get(i))) {
        next.set(i, null);
      }
    }
  }

  private boolean add(Change.Add add) throws X {
    K before = current(add.key());
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
            ? of(new Value.OfNumber(sum), Description.NONE, Entry.NEVER)
            : of(new Value.OfNumber(sum), before.description(), before.expiresMillis()));
    return true;
  }

  private long expires(long ttlMillis) {
    return ttlMillis == Change.FOREVER ? Entry.NEVER : now.millis() + ttlMillis;
  }

  /** What is there after the changes so far; null where nothing is. */
  public final @Nullable K current(Key key) throws X {
    int place = place(key);
    return place < 0 ? alive(key) : next.get(place);
  }

  /** Says what is to be there; null for nothing. */
  public final void set(Key key, @Nullable K kept) {
    int place = place(key);
    if (place >= 0) {
      next.set(place, kept);
      return;
    }
    keys.add(key);
    next.add(kept);
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
