package io.purpledb.backend.disk.entries;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.ChangeLog;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Entries that were read last, as they are durable: who reads one of them again waits for no thread
 * of the database. An entry that is about to be changed is taken out before that is committed, and
 * comes back when it is durable. A read that began before, or meanwhile, may have found what was
 * there before, and is not kept: keys share some counters, which say whether one of theirs is being
 * changed, and how many changes there were. Safe for use by many threads; changes are of the
 * writer's thread.
 */
public final class RecentEntries {

  /** Given out for what must not be kept. */
  private static final int BEING_CHANGED = -1;

  private static final int COUNTER_BITS = 12;

  /** A larger value is not kept: it would push out many. */
  private static final long MOST_VALUE_BYTES = 64 << 10;

  /** Key, entry, value and bytes (112), and the node and the table of the cache (100). */
  private static final int ENTRY_BYTES = 212;

  private final long maxBytes;
  private final AtomicIntegerArray beingChanged = new AtomicIntegerArray(1 << COUNTER_BITS);
  private final AtomicIntegerArray changes = new AtomicIntegerArray(1 << COUNTER_BITS);

  /** Those that were taken out and come back; of the writer. */
  private final Set<Key> returning = new HashSet<>();

  /** Made when it is first needed: a start has no use for it. */
  private volatile @Nullable Cache<Key, Entry> entries;

  /**
   * @param maxBytes how much of the heap they may take, about
   */
  public RecentEntries(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What is there of a key, alive or expired; null where that is not known here. */
  public @Nullable Entry find(Key key) {
    Cache<Key, Entry> known = entries;
    return known == null ? null : known.getIfPresent(key);
  }

  /** To be asked before an entry is read that may be kept. */
  public int changes(Key key) {
    int counter = counter(key);
    int known = changes.get(counter); // first: whoever has counted a change was changing before
    return beingChanged.get(counter) == 0 ? known : BEING_CHANGED;
  }

  /**
   * Keeps an entry that was read, if it has not been changed since.
   *
   * @param since what {@link #changes} said before the read
   */
  public void keep(@Nullable Entry entry, int since) {
    if (entry != null && since != BEING_CHANGED && isSmall(entry.value())) {
      // A change that begins after the look takes it out again.
      known()
          .asMap()
          .compute(entry.key(), (key, present) -> changes(key) == since ? compact(entry) : present);
    }
  }

  /** A change of an entry is about to be committed. */
  void changing(Key key) {
    int counter = counter(key);
    beingChanged.incrementAndGet(counter); // in this order
    changes.set(counter, (changes.get(counter) + 1) & Integer.MAX_VALUE);
    Cache<Key, Entry> known = entries;
    if (known != null && known.asMap().remove(key) != null) {
      returning.add(key);
    }
  }

  /** All changes since the last time are durable, in their order. */
  void durable(List<ChangeLog.Change> changed) {
    for (int i = changed.size() - 1; i >= 0 && !returning.isEmpty(); i--) {
      ChangeLog.Change change = changed.get(i);
      if (returning.remove(change.key()) && change.kept() != null) { // the last one of its key
        Entry entry = change.kept().entry(change.key());
        if (isSmall(entry.value())) {
          known().put(change.key(), compact(entry));
        }
      }
    }
    end(changed);
  }

  /** All changes since the last time are undone. */
  void undone(List<ChangeLog.Change> undone) {
    returning.clear();
    end(undone);
  }

  private void end(List<ChangeLog.Change> ended) {
    ended.forEach(change -> beingChanged.decrementAndGet(counter(change.key())));
  }

  /**
   * What was durable may not be so any more, and nothing is being changed: a failure in the middle
   * of a change, or of telling that it is durable, may have left it ended twice, or never.
   */
  void clear() {
    returning.clear();
    for (int i = 0; i < changes.length(); i++) {
      changes.set(i, (changes.get(i) + 1) & Integer.MAX_VALUE);
      beingChanged.set(i, 0);
    }
    Cache<Key, Entry> known = entries;
    if (known != null) {
      known.invalidateAll();
    }
  }

  private static int counter(Key key) {
    int hash = key.hashCode() * 0x9e3779b9; // names that differ in their last letters alone
    return hash >>> (Integer.SIZE - COUNTER_BITS);
  }

  private boolean isSmall(Value value) {
    return !(value instanceof Value.OfBytes of)
        || of.content().size() <= Math.min(MOST_VALUE_BYTES, maxBytes / 64);
  }

  /** Without what its bytes may be a part of. */
  private static Entry compact(Entry entry) {
    return entry.value() instanceof Value.OfBytes of
        ? new Entry(
            entry.key(),
            new Value.OfBytes(ByteString.copyFrom(of.content().toByteArray())),
            entry.description(),
            entry.version(),
            entry.expiresMillis())
        : entry;
  }

  private Cache<Key, Entry> known() {
    Cache<Key, Entry> known = entries;
    return known == null ? made() : known;
  }

  private synchronized Cache<Key, Entry> made() {
    Cache<Key, Entry> known = entries;
    if (known == null) {
      known =
          Caffeine.newBuilder()
              .maximumWeight(maxBytes)
              .weigher((Key key, Entry entry) -> bytes(key, entry))
              .executor(Runnable::run)
              .build();
      entries = known;
    }
    return known;
  }

  private static int bytes(Key key, Entry entry) {
    long texts = Footprint.text(key.name()) + Footprint.text(key.item());
    long value =
        entry.value() instanceof Value.OfBytes of ? Footprint.array(of.content().size()) : 0;
    return (int) (ENTRY_BYTES + texts + value + bytes(entry.description()));
  }

  private static long bytes(Description description) {
    long bytes = 0;
    for (Map.Entry<String, String> one : description.metadata().entrySet()) {
      bytes += Footprint.ENTRY + Footprint.text(one.getKey()) + Footprint.text(one.getValue());
    }
    return bytes;
  }
}
