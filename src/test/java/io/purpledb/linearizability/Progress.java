package io.purpledb.linearizability;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How far a search came: the longest order that it found, and what does not fit after it. */
final class Progress<S> {

  private static final int SHOWN = 12;
  private static final double NANOS_PER_MILLI = 1e6;

  private final List<RecordedCall<S>> calls;
  private int longest;
  private BitSet done = new BitSet();
  private S state;

  Progress(S initial, List<RecordedCall<S>> calls) {
    this.state = initial;
    this.calls = calls;
  }

  void reached(int length, BitSet calledSoFar, S now) {
    if (length > longest) {
      longest = length;
      done = (BitSet) calledSoFar.clone();
      state = now;
    }
  }

  @Override
  public String toString() {
    List<RecordedCall<S>> left =
        IntStream.range(0, calls.size())
            .filter(i -> !done.get(i))
            .mapToObj(calls::get)
            .sorted(Comparator.comparingLong(RecordedCall::invoked))
            .toList();
    long firstEnd = left.stream().mapToLong(RecordedCall::completed).min().orElse(0);
    return left.stream()
        .filter(call -> call.invoked() <= firstEnd)
        .limit(SHOWN)
        .map(this::line)
        .collect(
            Collectors.joining(
                "\n  ",
                "after an order of %d calls (of %d with a reply) the state is %s, and next must be one of\n  "
                    .formatted(longest, calls.size(), state),
                ""));
  }

  private String line(RecordedCall<S> call) {
    long zero = calls.stream().mapToLong(RecordedCall::invoked).min().orElse(0);
    return "client %d, %.3f to %.3f ms: %s was answered %s (here it would be %s)"
        .formatted(
            call.client(),
            (call.invoked() - zero) / NANOS_PER_MILLI,
            (call.completed() - zero) / NANOS_PER_MILLI,
            call.action(),
            call.reply(),
            call.action().on(state).reply());
  }
}
