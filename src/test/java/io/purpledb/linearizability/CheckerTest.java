package io.purpledb.linearizability;

import static io.purpledb.linearizability.Actions.DONE;
import static io.purpledb.linearizability.Actions.add;
import static io.purpledb.linearizability.Actions.count;
import static io.purpledb.linearizability.Actions.delete;
import static io.purpledb.linearizability.Actions.get;
import static io.purpledb.linearizability.Actions.increment;
import static io.purpledb.linearizability.Actions.isSet;
import static io.purpledb.linearizability.Actions.items;
import static io.purpledb.linearizability.Actions.put;
import static io.purpledb.linearizability.Actions.remove;
import static io.purpledb.linearizability.Actions.set;
import static io.purpledb.linearizability.Verdict.Outcome.LINEARIZABLE;
import static io.purpledb.linearizability.Verdict.Outcome.NOT_LINEARIZABLE;
import static io.purpledb.linearizability.Verdict.Outcome.UNDECIDED;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Histories made by hand, each with the defect, or the luck, that its name tells. */
final class CheckerTest {

  private static final Optional<String> EMPTY = Optional.empty();
  private static final Optional<String> A = Optional.of("a");
  private static final Optional<String> B = Optional.of("b");

  @Test
  void noCalls() {
    register(LINEARIZABLE, List.of());
  }

  @Test
  void oneAfterTheOther() {
    register(
        LINEARIZABLE,
        List.of(
            call(0, 1, get(), EMPTY),
            call(2, 3, put("a"), DONE),
            call(4, 5, get(), A),
            call(6, 7, delete(), true),
            call(8, 9, delete(), false),
            call(10, 11, get(), EMPTY)));
  }

  @Test
  void callsAtTheSameTimeMayBeInAnyOrder() {
    register(
        LINEARIZABLE,
        List.of(
            call(0, 9, put("a"), DONE),
            call(1, 8, put("b"), DONE),
            call(2, 3, get(), B),
            call(4, 5, get(), A)));
  }

  @Test
  void callsThatTouchAreNotApart() {
    register(LINEARIZABLE, List.of(call(0, 5, put("a"), DONE), call(5, 6, get(), EMPTY)));
  }

  @Test
  void staleRead() {
    register(
        NOT_LINEARIZABLE,
        List.of(call(0, 1, put("a"), DONE), call(2, 3, put("b"), DONE), call(4, 5, get(), A)));
  }

  @Test
  void aValueThatComesAndGoes() {
    register(
        NOT_LINEARIZABLE,
        List.of(call(0, 9, put("a"), DONE), call(1, 2, get(), A), call(3, 4, get(), EMPTY)));
  }

  @Test
  void aValueThatWasReadVanished() {
    register(
        NOT_LINEARIZABLE,
        List.of(unknown(0, put("a")), call(1, 2, get(), A), call(3, 4, get(), EMPTY)));
  }

  @Test
  void anAcknowledgedWriteVanished() {
    register(NOT_LINEARIZABLE, List.of(call(0, 1, put("a"), DONE), call(2, 3, get(), EMPTY)));
  }

  @Test
  void aValueThatNobodyWrote() {
    register(NOT_LINEARIZABLE, List.of(call(0, 1, put("a"), DONE), call(2, 3, get(), B)));
  }

  @Test
  void splitBrain() {
    register(
        NOT_LINEARIZABLE,
        List.of(
            call(0, 1, put("a"), DONE),
            call(2, 3, put("b"), DONE), // on one side
            call(4, 5, get(), A), // on the other
            call(6, 7, get(), B)));
  }

  @Test
  void twoReadersSeeTwoOrders() {
    register(
        NOT_LINEARIZABLE,
        List.of(
            call(0, 20, put("a"), DONE),
            call(0, 20, put("b"), DONE),
            call(1, 2, get(), A),
            call(3, 4, get(), B),
            call(5, 6, get(), A)));
  }

  @Test
  void anUnknownWriteTookEffectLater() {
    register(
        LINEARIZABLE,
        List.of(
            unknown(0, put("a")),
            call(1, 2, get(), EMPTY),
            call(3, 4, put("b"), DONE),
            call(5, 6, get(), B),
            call(7, 8, get(), A)));
  }

  @Test
  void anUnknownWriteNeverTookEffect() {
    register(LINEARIZABLE, List.of(unknown(0, put("a")), call(1, 2, get(), EMPTY)));
  }

  @Test
  void anUnknownWriteTookEffectTwice() {
    register(
        NOT_LINEARIZABLE,
        List.of(
            unknown(0, put("a")),
            call(1, 2, get(), A),
            call(3, 4, put("b"), DONE),
            call(5, 6, get(), A)));
  }

  @Test
  void anUnknownWriteTookEffectBeforeItWasAsked() {
    register(NOT_LINEARIZABLE, List.of(call(0, 1, get(), A), unknown(2, put("a"))));
  }

  @Test
  void anUnknownDeleteExplainsAnEmptyRegister() {
    register(
        LINEARIZABLE,
        List.of(call(0, 1, put("a"), DONE), unknown(2, delete()), call(3, 4, get(), EMPTY)));
  }

  @Test
  void lostUpdate() {
    counter(NOT_LINEARIZABLE, List.of(call(0, 5, increment(1), 1L), call(1, 6, increment(1), 1L)));
  }

  @Test
  void anIncrementWasAppliedTwice() {
    counter(NOT_LINEARIZABLE, List.of(call(0, 1, increment(1), 1L), call(2, 3, count(), 2L)));
  }

  @Test
  void anAcknowledgedIncrementWasUndone() {
    counter(
        NOT_LINEARIZABLE,
        List.of(
            call(0, 1, increment(1), 1L),
            unknown(2, increment(1)),
            call(3, 4, increment(1), 3L),
            call(5, 6, count(), 2L)));
  }

  @Test
  void unknownIncrementsMayCountOneByOne() {
    List<RecordedCall<Long>> calls = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      calls.add(unknown(i, increment(1)));
    }
    calls.add(call(50, 51, count(), 3L));
    calls.add(call(52, 53, count(), 40L));
    counter(LINEARIZABLE, calls);
    calls.add(call(54, 55, count(), 41L));
    counter(NOT_LINEARIZABLE, calls);
  }

  @Test
  void aSetThatIsNotWhole() {
    setOf(
        NOT_LINEARIZABLE,
        List.of(call(0, 1, add("a"), Set.of("a")), call(2, 3, add("b"), Set.of("b"))));
  }

  @Test
  void replyThatWasNeverAState() {
    setOf(
        NOT_LINEARIZABLE,
        List.of(
            call(0, 1, add("a"), Set.of("a")),
            call(2, 9, add("b"), Set.of("a", "b")),
            call(3, 9, remove("a"), Set.of()),
            call(4, 5, items(), Set.of())));
  }

  @Test
  void setsThroughAllTheirStates() {
    setOf(
        LINEARIZABLE,
        List.of(
            call(0, 1, add("a"), Set.of("a")),
            call(2, 9, add("b"), Set.of("b")),
            call(3, 9, remove("a"), Set.of()),
            call(4, 5, items(), Set.of()),
            unknown(6, remove("b")),
            call(10, 11, items(), Set.of("b")),
            call(12, 13, items(), Set.of())));
  }

  @Test
  void aFlagThatGoesBack() {
    flag(
        NOT_LINEARIZABLE,
        List.of(
            call(0, 1, set(true), DONE), call(2, 3, isSet(), true), call(4, 5, isSet(), false)));
  }

  @Test
  void aFlagThatAnUnknownCallSwitchedOff() {
    flag(
        LINEARIZABLE,
        List.of(call(0, 1, set(true), DONE), unknown(1, set(false)), call(4, 5, isSet(), false)));
  }

  @Test
  void whatTakesTooLongIsNotPassed() {
    assertThat(
            Checker.check(EMPTY, List.of(call(0, 1, put("a"), DONE)), Duration.ofNanos(-1))
                .outcome())
        .isEqualTo(UNDECIDED);
  }

  @Test
  void theTextTellsWhereItEnds() {
    String text =
        Checker.check(
                EMPTY,
                List.of(call(0, 1, put("a"), DONE), call(2_000_000, 3_500_000, get(), EMPTY)),
                Duration.ofSeconds(1))
            .text();
    assertThat(text)
        .contains("order of 1 calls (of 2 ")
        .contains("2.000 to 3.500 ms: get was answered Optional.empty (here it would be")
        .contains("Optional[a]");
  }

  private static void register(
      Verdict.Outcome expected, List<RecordedCall<Optional<String>>> calls) {
    expect(expected, EMPTY, calls);
  }

  private static void counter(Verdict.Outcome expected, List<RecordedCall<Long>> calls) {
    expect(expected, 0L, calls);
  }

  private static void setOf(Verdict.Outcome expected, List<RecordedCall<Set<String>>> calls) {
    expect(expected, Set.of(), calls);
  }

  private static void flag(Verdict.Outcome expected, List<RecordedCall<Boolean>> calls) {
    expect(expected, false, calls);
  }

  private static <S> void expect(Verdict.Outcome expected, S initial, List<RecordedCall<S>> calls) {
    Verdict verdict = Checker.check(initial, calls, Duration.ofSeconds(10));
    assertThat(verdict.outcome()).as(verdict.text()).isEqualTo(expected);
  }

  private static <S> RecordedCall<S> call(long from, long to, Action<S> action, Object reply) {
    return new RecordedCall<>(0, action, from, to, reply);
  }

  private static <S> RecordedCall<S> unknown(long from, Action<S> action) {
    return RecordedCall.unknown(0, action, from);
  }
}
