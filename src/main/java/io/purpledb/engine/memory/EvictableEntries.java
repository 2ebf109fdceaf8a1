package io.purpledb.engine.memory;

import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The entries that may go when room is short, which are those of one service: how much they take,
 * and which go first. After SIEVE (Zhang et al., NSDI 2024): a hand goes from what came first to
 * what came last; what was used since it came by stays where it is, what was not goes. Not
 * thread-safe, but for how much room there is.
 */
public final class EvictableEntries {

  /** A place (24), its key (32), and how it is found. */
  static final int HEAP_BYTES = 56 + Footprint.ENTRY;

  /** For each that may go at once, so many are looked at: others wait meanwhile. */
  private static final int LOOKED_AT = 4;

  private final String service;
  private volatile long maxBytes = Long.MAX_VALUE;
  private volatile long usedBytes;
  private final Map<Key, Place> places = new HashMap<>();

  /** What would not fit if it were alone: it goes first, or all others would go before it. */
  private final Set<Key> tooLarge = new LinkedHashSet<>();

  private @Nullable Place first;
  private @Nullable Place last;

  /** Null to begin with the first. */
  private @Nullable Place hand;

  /** How many were in use since one was found that was not. */
  private int inUse;

  /** Entries of a service, with any room. */
  public EvictableEntries(String service) {
    this.service = service;
  }

  /** Says how much room they have from now on, in bytes. Safe for use by many threads. */
  public void resize(long bytes) {
    maxBytes = bytes;
  }

  /** What they take of the heap, in bytes. Safe for use by many threads. */
  public long usedBytes() {
    return usedBytes;
  }

  /** Whether they take more than their room. Safe for use by many threads. */
  boolean isOver() {
    return usedBytes > maxBytes;
  }

  boolean isOf(Key key) {
    return key.service().equals(service);
  }

  /** They take so much more; negative when it is less. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one at a time writes
  void add(long bytes) {
    usedBytes += bytes;
  }

  /** An entry was put in the place of another, of the same key. */
  void replaced(Key key, @Nullable MemoryEntry before, @Nullable MemoryEntry after) {
    if (after == null) {
      tooLarge.remove(key);
      remove(places.remove(key));
      return;
    }
    if (Accounting.ofEvictable(key, after) > maxBytes) {
      tooLarge.add(key);
    } else if (!tooLarge.isEmpty()) {
      tooLarge.remove(key);
    }
    if (before == null) {
      append(key);
    } else {
      after.use();
    }
  }

  private void append(Key key) {
    Place place = new Place(key);
    Place before = last;
    place.before = before;
    if (before == null) {
      first = place;
    } else {
      before.after = place;
    }
    last = place;
    places.put(key, place);
  }

  private void remove(@Nullable Place place) {
    if (place == null) {
      return;
    }
    Place before = place.before;
    Place after = place.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    if (hand == place) {
      hand = after;
    }
  }

  /**
   * What is to go next, until the rest fits, or as much as may be looked at now. When all are in
   * use, what is next goes all the same, or those who read would keep too much for ever.
   *
   * @param most how many
   * @param spareBytes how much room shall be free then
   * @param entries finds what is kept
   */
  Choice next(int most, long spareBytes, Function<Key, @Nullable MemoryEntry> entries) {
    Choice choice = new Choice(most, usedBytes - Math.max(0, maxBytes - spareBytes));
    for (Iterator<Key> keys = tooLarge.iterator(); keys.hasNext() && choice.isOpen(); ) {
      Key key = keys.next();
      MemoryEntry entry = entries.apply(key);
      if (entry == null || Accounting.ofEvictable(key, entry) <= maxBytes) {
        keys.remove(); // there is more room by now
      } else {
        choice.add(key, entry);
      }
    }
    int left = LOOKED_AT * most;
    Place place = hand == null ? first : hand;
    while (place != null && choice.isOpen() && left > 0) {
      left--;
      MemoryEntry entry = entries.apply(place.key);
      if (entry != null && !tooLarge.contains(place.key)) {
        if (entry.isUsed() && inUse < places.size()) {
          inUse++;
          entry.forgetUse();
        } else {
          inUse = 0;
          choice.add(place.key, entry);
        }
      }
      place = place.after; // none behind the last: what was chosen is not met again
    }
    hand = place;
    return choice;
  }

  /** What is to go. */
  static final class Choice {

    final List<Key> keys = new ArrayList<>();
    private final int most;
    private final long bytes;
    private long bytesLeft;

    Choice(int most, long bytes) {
      this.most = most;
      this.bytes = bytes;
      this.bytesLeft = bytes;
    }

    /** What is free then, in bytes. */
    long freedBytes() {
      return bytes - bytesLeft;
    }

    private boolean isOpen() {
      return bytesLeft > 0 && keys.size() < most;
    }

    private void add(Key key, MemoryEntry entry) {
      keys.add(key);
      bytesLeft -= Accounting.ofEvictable(key, entry);
    }
  }

  private static final class Place {

    final Key key;
    @Nullable Place before;
    @Nullable Place after;

    Place(Key key) {
      this.key = key;
    }
  }
}
