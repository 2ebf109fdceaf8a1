package io.purpledb.linearizability;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The starts and ends of calls in the order of time, without the calls that are taken out. What can
 * come next in an order of all calls is what starts before the first end.
 */
final class Timeline {

  /** The start or the end of a call. */
  static final class Event {
    final int call;
    final long time;
    final boolean isEnd;
    private @Nullable Event end;
    private Event previous = this;
    private Event next = this;

    private Event(int call, long time, boolean isEnd) {
      this.call = call;
      this.time = time;
      this.isEnd = isEnd;
    }

    Event next() {
      return next;
    }

    private void link(Event before) {
      previous = before;
      next = before.next;
      relink();
    }

    private void relink() {
      previous.next = this;
      next.previous = this;
    }

    private void unlink() {
      previous.next = next;
      next.previous = previous;
    }
  }

  private final Event head = new Event(-1, Long.MIN_VALUE, false);

  /** The call at index i of the list is call i of the events. */
  Timeline(List<? extends RecordedCall<?>> calls) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      Event start = new Event(i, calls.get(i).invoked(), false);
      Event end = new Event(i, calls.get(i).completed(), true);
      start.end = end;
      events.add(start);
      events.add(end);
    }
    // At the same moment, starts come first: what touches is not apart.
    events.sort(Comparator.<Event>comparingLong(e -> e.time).thenComparing(e -> e.isEnd));
    Event last = head;
    for (Event event : events) {
      event.link(last);
      last = event;
    }
  }

  Event first() {
    return head.next;
  }

  /** When the first call that is not taken out ends; without any, never. */
  long firstEnd() {
    Event event = head.next;
    while (event != head && !event.isEnd) {
      event = event.next;
    }
    return event == head ? RecordedCall.NEVER : event.time;
  }

  boolean isEmpty() {
    return head.next == head;
  }

  void takeOut(Event start) {
    start.unlink();
    end(start).unlink();
  }

  /** Undoes the last {@link #takeOut} that is not undone. */
  void putBack(Event start) {
    end(start).relink();
    start.relink();
  }

  private static Event end(Event start) {
    if (start.end == null) {
      throw new IllegalArgumentException("an end (expected: a start)");
    }
    return start.end;
  }
}
