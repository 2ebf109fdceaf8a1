package io.purpledb.linearizability;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The calls without a reply, any of which an order may have or not. Those with the same action are
 * of one kind, and an order has the oldest of them: any other could be replaced by it.
 */
final class Spares<S> {

  private record Kind<S>(Action<S> action, List<Long> invoked) {}

  private final List<Kind<S>> kinds;

  Spares(List<RecordedCall<S>> calls) {
    Map<String, List<RecordedCall<S>>> ofName = new LinkedHashMap<>();
    calls.stream()
        .sorted(Comparator.comparingLong(RecordedCall::invoked))
        .forEach(
            call ->
                ofName.computeIfAbsent(call.action().name(), name -> new ArrayList<>()).add(call));
    this.kinds =
        ofName.values().stream()
            .map(
                alike ->
                    new Kind<>(
                        alike.get(0).action(), alike.stream().map(RecordedCall::invoked).toList()))
            .toList();
  }

  Spent nothing() {
    return Spent.nothing(kinds.size());
  }

  /** A state, and what was spent to get there. */
  record Place<S>(S state, Spent spent) {}

  /**
   * Where calls without a reply lead, the fewest first: the place itself comes before all.
   *
   * @param before they must have been invoked until then
   */
  Walk from(Place<S> place, long before) {
    return new Walk(place, before);
  }

  /** A search in breadth, made as far as it is asked for. */
  final class Walk {
    private final long before;
    private final Queue<Place<S>> next = new ArrayDeque<>();
    private final Map<S, Spent.Cheapest> reached = new HashMap<>();
    private @Nullable Place<S> last;

    private Walk(Place<S> place, long before) {
      this.before = before;
      reach(place);
    }

    /** The next place; null after the last. */
    @Nullable Place<S> next() {
      if (last != null) {
        goOnFrom(last);
      }
      last = next.poll();
      return last;
    }

    private void goOnFrom(Place<S> place) {
      for (int i = 0; i < kinds.size(); i++) {
        Kind<S> kind = kinds.get(i);
        int spent = place.spent().of(i);
        if (spent < kind.invoked().size() && kind.invoked().get(spent) <= before) {
          reach(new Place<>(kind.action().on(place.state()).state(), place.spent().oneMore(i)));
        }
      }
    }

    private void reach(Place<S> place) {
      if (reached
          .computeIfAbsent(place.state(), state -> new Spent.Cheapest())
          .add(place.spent())) {
        next.add(place);
      }
    }
  }
}
