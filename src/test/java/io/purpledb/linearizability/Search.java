package io.purpledb.linearizability;

import io.purpledb.linearizability.Action.Result;
import io.purpledb.linearizability.Spares.Place;
import io.purpledb.linearizability.Timeline.Event;
import io.purpledb.linearizability.Verdict.Outcome;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The search of Wing and Gong with the memory of Lowe: depth first through all orders, one call
 * with a reply more at a time; the same set of calls done with the same state is not tried twice.
 *
 * <p>Calls without a reply are put in only where a call with one needs them, as few as will do, and
 * what was tried is not tried again with more of them. An order is complete without them.
 */
final class Search<S> {

  private static final int MAX_CONFIGURATIONS = 1_000_000;

  private record Configuration<S>(BitSet done, S state) {}

  private final List<RecordedCall<S>> known;
  private final Spares<S> spares;
  private final Timeline timeline;
  private final long deadline;
  private final Map<Configuration<S>, Spent.Cheapest> tried = new HashMap<>();
  private final Deque<Choice> order = new ArrayDeque<>();
  private final BitSet done = new BitSet();
  private final Progress<S> progress;

  private int configurations;
  private Choice choice;

  Search(S initial, List<RecordedCall<S>> calls, long deadline) {
    this.known = calls.stream().filter(call -> !call.isUnknown()).toList();
    this.spares = new Spares<>(calls.stream().filter(RecordedCall::isUnknown).toList());
    this.timeline = new Timeline(known);
    this.deadline = deadline;
    this.progress = new Progress<>(initial, known);
    this.choice = new Choice(new Place<>(initial, spares.nothing()));
  }

  /**
   * Which call with a reply is the next in the order, and after which ones without: for each place
   * of the walk, each call that starts before the first end. But first of all one that fits here
   * and changes nothing: what was read is most often not to be read again later.
   */
  private final class Choice {
    private final Spares<S>.Walk walk;
    private @Nullable Place<S> place;
    private Event start;
    private @Nullable Place<S> unchanged;
    private boolean isFirst;

    Choice(Place<S> from) {
      walk = spares.from(from, timeline.firstEnd());
      place = walk.next();
      start = timeline.first();
      unchanged = timeline.isEmpty() ? null : from;
    }

    /** Finds one that fits and leaves the state as it is. */
    private boolean isUnchangedByOne(Place<S> from) {
      for (start = timeline.first(); !start.isEnd; start = start.next()) {
        RecordedCall<S> call = known.get(start.call);
        Result<S> result = call.action().on(from.state());
        if (result.reply().equals(call.reply()) && result.state().equals(from.state())) {
          return true;
        }
      }
      start = timeline.first();
      return false;
    }

    /** The place after the next call that fits; null when none is left. */
    @Nullable Place<S> next() {
      Place<S> from = unchanged;
      unchanged = null;
      isFirst = from != null && isUnchangedByOne(from);
      if (from != null && isFirst) {
        return from;
      }
      for (; place != null; place = walk.next(), start = timeline.first()) {
        for (; !start.isEnd; start = start.next()) {
          RecordedCall<S> call = known.get(start.call);
          Result<S> result = call.action().on(place.state());
          if (result.reply().equals(call.reply())) {
            return new Place<>(result.state(), place.spent());
          }
        }
      }
      return null;
    }

    void make() {
      done.set(start.call);
      timeline.takeOut(start);
    }

    /** Undoes it, to go on with the one after it. */
    void takeBack() {
      timeline.putBack(start);
      done.clear(start.call);
      start = isFirst ? timeline.first() : start.next();
    }
  }

  Verdict run() {
    while (!timeline.isEmpty()) {
      if (configurations > MAX_CONFIGURATIONS || System.nanoTime() > deadline) {
        return new Verdict(
            Outcome.UNDECIDED,
            "undecided after %d configurations; %s".formatted(configurations, progress));
      }
      Place<S> next = choice.next();
      if (next != null) {
        goTo(next);
      } else if (!stepBack()) {
        return new Verdict(Outcome.NOT_LINEARIZABLE, progress.toString());
      }
    }
    return new Verdict(Outcome.LINEARIZABLE, "%d calls in order".formatted(order.size()));
  }

  private void goTo(Place<S> place) {
    choice.make();
    if (!isNew(place)) {
      choice.takeBack();
      return;
    }
    order.push(choice);
    progress.reached(order.size(), done, place.state());
    choice = new Choice(place);
  }

  private boolean isNew(Place<S> place) {
    boolean isNew =
        tried
            .computeIfAbsent(
                new Configuration<>((BitSet) done.clone(), place.state()),
                configuration -> new Spent.Cheapest())
            .add(place.spent());
    configurations += isNew ? 1 : 0;
    return isNew;
  }

  private boolean stepBack() {
    Choice last = order.poll();
    if (last == null) {
      return false;
    }
    last.takeBack();
    choice = last;
    return true;
  }
}
