package io.purpledb.engine.memory;

import io.purpledb.engine.Event;
import io.purpledb.engine.Key;
import io.purpledb.engine.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * The last changes, for those who watch: as many as fit, few while nobody watches. Positions have
 * no gaps, so a change is found by its position. Thread-safe.
 */
final class ChangeLog {

  /** A power of two. */
  private static final int MOST = 1 << 14;

  /** For one who comes again after a moment. */
  private static final int MOST_UNWATCHED = 1 << 8;

  private final @Nullable Change[] ring = new Change[MOST];
  private final long maxBytes;
  private final Set<MemoryWatch> watches = new CopyOnWriteArraySet<>();

  /** Of the oldest change that is kept. */
  private long first = 1;

  /** Of the last change of all. */
  private volatile long last;

  private long bytes;

  /**
   * @param cell null where nothing is any more
   */
  record Change(Event.Kind kind, Key key, @Nullable Cell cell) {

    long heapBytes() {
      return Space.keyBytes(key) + (cell == null ? 0 : cell.heapBytes());
    }

    Event event(long position) {
      return new Event(position, kind, key, cell == null ? null : cell.entry(key));
    }
  }

  /**
   * @param maxBytes what the values of the changes may take of the heap
   */
  ChangeLog(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The position of the last change. */
  long position() {
    return last;
  }

  /** Adds changes that everybody can see by now, and wakes those who watch them. */
  void add(List<Change> changes) {
    synchronized (this) {
      for (int i = 0; i < changes.size(); i++) {
        add(changes.get(i));
      }
    }
    for (MemoryWatch watch : watches) {
      watch.wake();
    }
  }

  private void add(Change change) {
    long position = last + 1; // with the lock
    last = position;
    bytes += change.heapBytes();
    int most = watches.isEmpty() ? MOST_UNWATCHED : MOST;
    while (last - first >= most || (bytes > maxBytes && first < last)) {
      Change oldest = ring[index(first)];
      ring[index(first)] = null;
      bytes -= oldest == null ? 0 : oldest.heapBytes();
      first++;
    }
    ring[index(last)] = change; // when there is a place for it
  }

  private static int index(long position) {
    return (int) (position & (MOST - 1));
  }

  void join(MemoryWatch watch) {
    watches.add(watch);
  }

  void leave(MemoryWatch watch) {
    watches.remove(watch);
  }

  /** The end of all watches. */
  void close() {
    watches.forEach(MemoryWatch::end);
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
    long seen = Math.min(position, last);
    if (seen + 1 < first) {
      seen = first - 1;
      events.add(new Event(seen, Event.Kind.GAP, range.from(), null));
    }
    long end = Math.min(last, seen + most);
    while (seen < end) {
      seen++;
      Change change = ring[index(seen)];
      if (change != null && range.has(change.key())) {
        events.add(change.event(seen));
      }
    }
    return new Told(seen, events);
  }
}
