package io.purpledb.linearizability;

import io.purpledb.linearizability.Action.Result;
import io.purpledb.linearizability.Timeline.Event;
import io.purpledb.linearizability.Verdict.Outcome;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The search of Wing and Gong with the memory of Lowe: depth first through all orders, one call
 * more at a time; the same set of calls done with the same state is not tried twice.
 *
 * <p>Calls without a reply are tried last, and not when they would change nothing. Of those that do
 * the same only the oldest is tried: in any order another one could be replaced by it. An order is
 * complete without them.
 */
final class Search<S> {

  private static final int MAX_CONFIGURATIONS = 1_000_000;

  private record Configuration<S>(BitSet done, S state) {}

  /** One call in the order, and what was before it. A spare one has no place in the timeline. */
  private record Step<S>(int call, @Nullable Event start, S before, Event at, int spare) {}

  private final List<Call<S>> known;
  private final List<Call<S>> unknown;
  private final int[] olderOfSameKind;
  private final Timeline timeline;
  private final long deadline;
  private final Set<Configuration<S>> tried = new HashSet<>();
  private final Deque<Step<S>> order = new ArrayDeque<>();
  private final BitSet done = new BitSet();
  private final Progress<S> progress;

  private S state;
  // Where the candidates for the next call are: in the timeline, then among the unknown ones.
  private Event at;
  private int spare;

  Search(S initial, List<Call<S>> calls, long deadline) {
    this.known = calls.stream().filter(call -> !call.isUnknown()).toList();
    this.unknown =
        calls.stream()
            .filter(Call::isUnknown)
            .sorted(Comparator.comparingLong(Call::invoked))
            .toList();
    this.olderOfSameKind = olderOfSameKind(unknown);
    this.timeline = new Timeline(known);
    this.deadline = deadline;
    this.progress = new Progress<>(initial, known);
    this.state = initial;
    this.at = timeline.first();
  }

  Verdict run() {
    while (!timeline.isEmpty()) {
      if (tried.size() > MAX_CONFIGURATIONS || System.nanoTime() > deadline) {
        return new Verdict(
            Outcome.UNDECIDED,
            "undecided after %d configurations; %s".formatted(tried.size(), progress));
      }
      if (!takeNext() && !stepBack()) {
        return new Verdict(Outcome.NOT_LINEARIZABLE, progress.toString());
      }
    }
    return new Verdict(Outcome.LINEARIZABLE, "%d calls in order".formatted(order.size()));
  }

  /** Makes the order one longer, if a candidate fits. */
  private boolean takeNext() {
    for (; !at.isEnd; at = at.next()) {
      if (take(at.call, known.get(at.call), at)) {
        return true;
      }
    }
    for (; spare < unknown.size() && unknown.get(spare).invoked() <= at.time; spare++) {
      if (isCandidate(spare) && take(known.size() + spare, unknown.get(spare), null)) {
        return true;
      }
    }
    return false;
  }

  private boolean isCandidate(int index) {
    int older = olderOfSameKind[index];
    return !done.get(known.size() + index) && (older < 0 || done.get(known.size() + older));
  }

  private boolean take(int index, Call<S> call, @Nullable Event start) {
    Result<S> result = call.action().on(state);
    boolean fits =
        call.isUnknown() ? !result.state().equals(state) : result.reply().equals(call.reply());
    if (!fits) {
      return false;
    }
    done.set(index);
    if (!tried.add(new Configuration<>((BitSet) done.clone(), result.state()))) {
      done.clear(index);
      return false;
    }
    order.push(new Step<>(index, start, state, at, spare));
    if (start != null) {
      timeline.takeOut(start);
    }
    state = result.state();
    at = timeline.first();
    spare = 0;
    progress.reached(order.size(), done, state);
    return true;
  }

  /** Takes the last call of the order back, to go on with the candidate after it. */
  private boolean stepBack() {
    Step<S> last = order.poll();
    if (last == null) {
      return false;
    }
    done.clear(last.call());
    state = last.before();
    at = last.at();
    spare = last.spare();
    if (last.start() != null) {
      timeline.putBack(last.start());
      at = at.next();
    } else {
      spare++;
    }
    return true;
  }

  private static int[] olderOfSameKind(List<? extends Call<?>> calls) {
    int[] older = new int[calls.size()];
    Map<String, Integer> last = new HashMap<>();
    for (int i = 0; i < older.length; i++) {
      Integer before = last.put(calls.get(i).action().name(), i);
      older[i] = before == null ? -1 : before;
    }
    return older;
  }
}
