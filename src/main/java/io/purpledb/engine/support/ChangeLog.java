package io.purpledb.engine.support;

import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * The last changes, for those who watch: as many as fit, few while nobody watches. Positions have
 * no gaps, so a change is found by its position. One that is larger than all that may be kept is
 * told as a gap. Thread-safe.
 */
public final class ChangeLog {

  /** A power of two. */
  private static final int MOST = 1 << 14;

  /** For one who comes again after a moment. */
  private static final int MOST_UNWATCHED = 1 << 8;

  /** A change and a key. */
  private static final int CHANGE_BYTES = 56;

  private final @Nullable Change[] ring = new Change[MOST];

  /** How much of the heap each change takes: that costs more to find out than to remember. */
  private final long[] sizes = new long[MOST];

  private final long maxBytes;
  private final boolean isCopy;
  private final Set<WatchStream> watches = new CopyOnWriteArraySet<>();

  /** Of the oldest change that is kept. */
  private long first = 1;

  /** Of the last change of all. */
  private volatile long last;

  private long bytes;

  /**
   * A change, whose position is its place among those that are added.
   *
   * @param kept null where nothing is any more
   */
  public record Change(Event.Kind kind, Key key, @Nullable Kept kept) {

    long heapBytes() {
      long texts = Footprint.text(key.name()) + Footprint.text(key.item());
      return CHANGE_BYTES + texts + (kept == null ? 0 : kept.heapBytes());
    }

    Event event(long position) {
      return new Event(position, kind, key, kept == null ? null : kept.entry(key));
    }
  }

  /**
   * @param maxBytes what the values of the changes may take of the heap
   */
  public ChangeLog(long maxBytes) {
    this(maxBytes, false);
  }

  private ChangeLog(long maxBytes, boolean isCopy) {
    this.maxBytes = maxBytes;
    this.isCopy = isCopy;
  }

  /**
   * One of several that are the same, of which this may be behind: a position that it does not have
   * yet is one of another, and is waited for.
   */
  public static ChangeLog ofCopy(long maxBytes) {
    return new ChangeLog(maxBytes, true);
  }

  /** The position of the last change. */
  public long position() {
    return last;
  }

  /** Adds changes that everybody can see by now, and wakes those who watch them. */
  public void add(List<Change> changes) {
    synchronized (this) {
      for (int i = 0; i < changes.size(); i++) {
        add(changes.get(i));
      }
    }
    for (WatchStream watch : watches) {
      watch.wake();
    }
  }

  private void add(Change added) {
    Change change = added;
    long changeBytes = added.heapBytes();
    if (changeBytes > maxBytes) {
      change = new Change(Event.Kind.GAP, added.key(), null);
      changeBytes = change.heapBytes();
    }
    long position = last + 1; // with the lock
    last = position;
    bytes += changeBytes;
    int most = watches.isEmpty() ? MOST_UNWATCHED : MOST;
    while (last - first >= most || (bytes > maxBytes && first < last)) {
      ring[index(first)] = null;
      bytes -= sizes[index(first)];
      sizes[index(first)] = 0;
      first++;
    }
    ring[index(last)] = change; // when there is a place for it
    sizes[index(last)] = changeBytes;
  }

  private static Event gap(long position, Range range) {
    return new Event(position, Event.Kind.GAP, range.from(), null);
  }

  /** Goes on behind a position; what was before it is not known. */
  public void goOnAfter(long position) {
    synchronized (this) {
      Arrays.fill(ring, null);
      Arrays.fill(sizes, 0);
      bytes = 0;
      last = position;
      first = position + 1;
    }
    watches.forEach(WatchStream::wake);
  }

  private static int index(long position) {
    return (int) (position & (MOST - 1));
  }

  void join(WatchStream watch) {
    watches.add(watch);
  }

  void leave(WatchStream watch) {
    watches.remove(watch);
  }

  /** Whether anybody watches. */
  public boolean isWatched() {
    return !watches.isEmpty();
  }

  /** The end of all watches. */
  public void close() {
    watches.forEach(WatchStream::end);
  }

  /**
   * What a watch is told next.
   *
   * @param seen up to where it knows by now
   * @param events of its range, in order
   */
  record Told(long seen, List<Event> events) {}

  /**
   * Looks at changes behind a position.
   *
   * @param most how many are looked at, so that nobody else waits for long
   */
  synchronized Told after(long position, Range range, int most) {
    List<Event> events = new ArrayList<>();
    long seen = isCopy ? position : Math.min(position, last);
    if (seen + 1 < first) {
      seen = first - 1;
      events.add(gap(seen, range));
    }
    long end = Math.min(last, seen + most);
    while (seen < end) {
      seen++;
      Change change = ring[index(seen)];
      if (change != null && range.has(change.key())) {
        boolean known = change.kind() != Event.Kind.GAP;
        events.add(known ? change.event(seen) : gap(seen, range));
      }
    }
    return new Told(seen, events);
  }
}
