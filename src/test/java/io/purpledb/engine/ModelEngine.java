package io.purpledb.engine;

import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an engine means, in the plainest way: a sorted map that one thread uses. Versions are those
 * that the engine gave, which the test tells it.
 */
final class ModelEngine {

  private NavigableMap<Key, Entry> entries = new TreeMap<>();

  /** What is there, alive. */
  NavigableMap<Key, Entry> alive(long now) {
    entries.values().removeIf(entry -> !entry.isAlive(now));
    return entries;
  }

  /** Says which version the engine gave to what is there. */
  void learn(Entry told) {
    entries.put(told.key(), told);
  }

  /** Answers what refuses a commit, as {@link Committed#refusedBy}; else does it. */
  int commit(Commit commit, long now) {
    alive(now);
    for (int i = 0; i < commit.checks().size(); i++) {
      if (!isTrue(commit.checks().get(i))) {
        return i;
      }
    }
    NavigableMap<Key, Entry> before = new TreeMap<>(entries);
    for (int i = 0; i < commit.changes().size(); i++) {
      if (!make(commit.changes().get(i), now)) {
        entries = before;
        return commit.checks().size() + i;
      }
    }
    return Committed.DONE;
  }

  private boolean isTrue(Check check) {
    Entry entry = entries.get(check.key());
    if (check instanceof Check.Absent) {
      return entry == null;
    }
    if (check instanceof Check.Present) {
      return entry != null;
    }
    if (check instanceof Check.HasVersion version) {
      return entry != null && entry.version() == version.version();
    }
    Check.Within within = (Check.Within) check;
    return entry == null
        ? within.min() <= 0 && 0 <= within.max()
        : entry.value() instanceof Value.OfNumber n
            && within.min() <= n.number()
            && n.number() <= within.max();
  }

  private boolean make(Change change, long now) {
    Key key = change.key();
    Entry before = entries.get(key);
    if (change instanceof Change.Put put) {
      long kept = before == null ? Entry.NEVER : before.expiresMillis();
      long expires = put.ttlMillis() == Change.KEEP ? kept : expires(put.ttlMillis(), now);
      entries.put(key, new Entry(key, put.value(), put.description(), 0, expires));
    } else if (change instanceof Change.Delete) {
      entries.remove(key);
    } else if (change instanceof Change.Touch touch) {
      if (before != null) {
        entries.put(
            key,
            new Entry(
                key, before.value(), before.description(), 0, expires(touch.ttlMillis(), now)));
      }
    } else if (change instanceof Change.DeleteRange range) {
      entries.keySet().removeIf(range.range()::has);
    } else {
      return add((Change.Add) change, before);
    }
    return true;
  }

  private boolean add(Change.Add add, @Nullable Entry before) {
    if (before != null && !(before.value() instanceof Value.OfNumber)) {
      return false;
    }
    long number = before == null ? 0 : ((Value.OfNumber) before.value()).number();
    long sum;
    try {
      sum = Math.addExact(number, add.amount());
    } catch (ArithmeticException overflow) {
      return false;
    }
    if (sum < add.min() || sum > add.max()) {
      return false;
    }
    entries.put(
        add.key(),
        before == null
            ? new Entry(add.key(), new Value.OfNumber(sum), Description.NONE, 0, Entry.NEVER)
            : new Entry(
                add.key(),
                new Value.OfNumber(sum),
                before.description(),
                0,
                before.expiresMillis()));
    return true;
  }

  private static long expires(long ttlMillis, long now) {
    return ttlMillis == Change.FOREVER ? Entry.NEVER : now + ttlMillis;
  }

  /** The items of a name, in order. */
  List<String> items(Key name, long now) {
    return scan(Range.items(name.namespace(), name.service(), name.name()), now).stream()
        .map(entry -> entry.key().item())
        .filter(item -> !item.isEmpty())
        .toList();
  }

  /** All entries of a range, in order. */
  List<Entry> scan(Range range, long now) {
    return alive(now).values().stream().filter(entry -> range.has(entry.key())).toList();
  }

  /** Moves the first entries of a range; answers them where they are then. */
  List<Key> claim(Claim claim, long now) {
    List<Entry> taken = scan(claim.range(), now).stream().limit(claim.limit()).toList();
    taken.forEach(entry -> entries.remove(entry.key()));
    List<Key> moved = new ArrayList<>();
    for (Entry entry : taken) {
      Key key = claim.moved(entry.key());
      moved.add(key);
      entries.put(
          key, new Entry(key, entry.value(), entry.description(), 0, entry.expiresMillis()));
    }
    return moved;
  }

  /** What can be compared: all but versions. */
  static Map<Key, Object> withoutVersions(Iterable<Entry> entries) {
    Map<Key, Object> comparable = new TreeMap<>();
    for (Entry e : entries) {
      comparable.put(e.key(), List.of(e.value(), e.description(), e.expiresMillis()));
    }
    return comparable;
  }
}
