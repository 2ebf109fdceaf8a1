package io.purpledb.engine.memory;

import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the entries of a {@link MemoryState} take of the heap, in bytes: of all but those that may
 * be evicted it is asked for, of these it is counted.
 */
final class Accounting {

  private static final Value ZERO = new Value.OfNumber(0);

  private final LongConsumer room;
  private final EvictableEntries evictable;
  private final Function<Key, Space.Count> counts;

  /**
   * @param room takes what a change needs, or fails; negative gives back
   * @param counts tells how much a name has now
   */
  Accounting(LongConsumer room, EvictableEntries evictable, Function<Key, Space.Count> counts) {
    this.room = room;
    this.evictable = evictable;
    this.counts = counts;
  }

  /**
   * What was taken.
   *
   * @param bytes of what is not evicted
   */
  record Taken(long bytes, long evictableBytes) {

    private Taken plus(long more, boolean isEvictable) {
      return isEvictable
          ? new Taken(bytes, evictableBytes + more)
          : new Taken(bytes + more, evictableBytes);
    }
  }

  /** Takes what changes need that are to be made, all or nothing. */
  Taken take(List<MemoryEntry.Next> changes) {
    Taken taken = new Taken(0, 0);
    for (MemoryEntry.Next one : changes) {
      long more = ofEntry(one.key(), one.after()) - ofEntry(one.key(), one.before());
      taken = taken.plus(more, evictable.isOf(one.key()));
    }
    taken = withNames(taken, changes);
    room.accept(taken.bytes);
    evictable.add(taken.evictableBytes);
    return taken;
  }

  void giveBack(Taken taken) {
    room.accept(-taken.bytes);
    evictable.add(-taken.evictableBytes);
  }

  /** How much more names take that come or go: each is there once for all its items. */
  private Taken withNames(Taken taken, List<MemoryEntry.Next> changes) {
    if (changes.size() == 1) {
      MemoryEntry.Next one = changes.get(0);
      long more = ofName(one.key(), one.more(), one.key().item().isEmpty() ? 0 : one.more());
      return taken.plus(more, evictable.isOf(one.key()));
    }
    Map<Key, int[]> ofNames = new HashMap<>();
    for (MemoryEntry.Next one : changes) {
      int[] count = ofNames.computeIfAbsent(one.key().ofName(), absent -> new int[2]);
      count[0] += one.more();
      count[1] += one.key().item().isEmpty() ? 0 : one.more();
    }
    Taken all = taken;
    for (Map.Entry<Key, int[]> e : ofNames.entrySet()) {
      long more = ofName(e.getKey(), e.getValue()[0], e.getValue()[1]);
      all = all.plus(more, evictable.isOf(e.getKey()));
    }
    return all;
  }

  /** What a name takes more with so many more cells, of which so many are of items. */
  private long ofName(Key key, int cells, int items) {
    if (cells == 0 && items == 0) {
      return 0;
    }
    Space.Count before = counts.apply(key);
    Space.Count after = new Space.Count(before.cells() + cells, before.items() + items);
    return after.heapBytes(key.name()) - before.heapBytes(key.name());
  }

  private long ofAdded(Key key) {
    return ofName(key, 1, key.item().isEmpty() ? 0 : 1);
  }

  /** What an entry takes beside its name. */
  private long ofEntry(Key key, @Nullable MemoryEntry entry) {
    if (entry == null) {
      return 0;
    }
    return Space.itemBytes(key.item())
        + entry.heapBytes()
        + (entry.expiresMillis() == Entry.NEVER ? 0 : Expiries.HEAP_BYTES)
        + (evictable.isOf(key) ? EvictableEntries.HEAP_BYTES : 0);
  }

  /** What one takes that has its name for itself. */
  static long ofEvictable(Key key, MemoryEntry entry) {
    return EvictableEntries.HEAP_BYTES
        + Space.Count.ONE.heapBytes(key.name())
        + entry.heapBytes()
        + (entry.expiresMillis() == Entry.NEVER ? 0 : Expiries.HEAP_BYTES);
  }

  /**
   * How much more a commit needs; what it deletes is not counted, but for what it puts in its
   * place. Nothing for what may be evicted.
   *
   * @param entries finds what is there
   */
  long more(Commit commit, Function<Key, @Nullable MemoryEntry> entries) {
    long more = 0;
    Set<Key> names = new HashSet<>();
    for (Change change : commit.changes()) {
      Key key = change.key();
      if (evictable.isOf(key)) {
        continue;
      }
      MemoryEntry before = entries.apply(key);
      if (change instanceof Change.Put put) {
        MemoryEntry after = MemoryEntry.of(put.value(), put.description(), expiryOf(put, before));
        more += ofEntry(key, after) - ofEntry(key, before);
        more += before == null && names.add(key.ofName()) ? ofAdded(key) : 0;
      } else if (change instanceof Change.Add && before == null) {
        more += ofEntry(key, MemoryEntry.of(ZERO, Description.NONE, Entry.NEVER));
        more += names.add(key.ofName()) ? ofAdded(key) : 0;
      } else if (change instanceof Change.Touch touch && touch.ttlMillis() != Change.FOREVER) {
        more += before == null ? 0 : Expiries.HEAP_BYTES;
      }
    }
    return more;
  }

  /** Any time will do: what matters is whether there is one. */
  private static long expiryOf(Change.Put put, @Nullable MemoryEntry before) {
    if (put.ttlMillis() == Change.KEEP) {
      return before == null ? Entry.NEVER : before.expiresMillis();
    }
    return put.ttlMillis() == Change.FOREVER ? Entry.NEVER : 0;
  }
}
