package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.CONFLICT;
import static io.purpledb.message.Failure.Kind.INVALID;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.Callers;
import io.purpledb.support.client.ServiceClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The counters: signed 64-bit numbers. */
@OnEveryCell("counter")
final class CounterConformanceTest {

  private static final long MIN = Long.MIN_VALUE;
  private static final long MAX = Long.MAX_VALUE;

  private final Cell cell;
  private final ServiceClient purple;
  private final String key;

  CounterConformanceTest(Cell cell) {
    this.cell = cell;
    this.purple = cell.client();
    this.key = cell.newKey();
  }

  @Test
  void anUnknownCounterIsZero() {
    assertThat(value(purple.counterGet(key))).isZero();
    assertThat(value(purple.counterGet(key))).isZero();
  }

  @Test
  void incrementsAddUp() {
    assertThat(value(purple.counterIncrement(key, 5))).isEqualTo(5);
    assertThat(value(purple.counterIncrement(key, -7))).isEqualTo(-2);
    assertThat(value(purple.counterIncrement(key, 1_000_000))).isEqualTo(999_998);
    assertThat(value(purple.counterGet(key))).isEqualTo(999_998);
  }

  @Test
  void addingZeroChangesNothing() {
    assertThat(value(purple.counterIncrement(key, 0))).isZero();
    assertThat(value(purple.counterIncrement(key, 3))).isEqualTo(3);
    assertThat(value(purple.counterIncrement(key, 0))).isEqualTo(3);
    assertThat(value(purple.counterGet(key))).isEqualTo(3);
  }

  @Test
  void aCounterMayReturnToZero() {
    value(purple.counterIncrement(key, 4));
    assertThat(value(purple.counterIncrement(key, -4))).isZero();
    assertThat(value(purple.counterGet(key))).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {MIN, MIN + 1, -(1L << 53) - 1, (1L << 53) + 1, MAX - 1, MAX})
  void everyNumberOf64BitsIsKeptExactly(long number) {
    assertThat(value(purple.counterIncrement(key, number))).isEqualTo(number);
    assertThat(value(purple.counterGet(key))).isEqualTo(number);
  }

  @Test
  void theWholeRangeCanBeCrossed() {
    value(purple.counterIncrement(key, MIN));
    assertThat(value(purple.counterIncrement(key, MAX))).isEqualTo(-1);
    assertThat(value(purple.counterIncrement(key, MAX))).isEqualTo(MAX - 1);
    assertThat(value(purple.counterIncrement(key, 1))).isEqualTo(MAX);
    assertThat(value(purple.counterIncrement(key, MIN))).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource({MAX + ",1", "1," + MAX, MAX + "," + MAX, MIN + ",-1", "-1," + MIN, MIN + "," + MIN})
  void anOverflowIsRefusedAndChangesNothing(long before, long amount) {
    value(purple.counterIncrement(key, before));
    assertThat(refusal(CONFLICT, purple.counterIncrement(key, amount)).text())
        .contains(Long.toString(amount))
        .contains("expected");
    assertThat(value(purple.counterGet(key))).isEqualTo(before);
    assertThat(value(purple.counterIncrement(key, 0))).isEqualTo(before);
  }

  @AwkwardText.Each
  void anAwkwardKeyIsKeptExactly(AwkwardText awkward) {
    long before = value(purple.counterGet(awkward.text));
    assertThat(value(purple.counterIncrement(awkward.text, 3))).isEqualTo(before + 3);
    assertThat(value(purple.counterGet(awkward.text))).isEqualTo(before + 3);
  }

  @Test
  void awkwardKeysAreKeptApart() {
    Map<String, Long> expected = new LinkedHashMap<>();
    AwkwardText.all()
        .forEach(text -> expected.put(text, value(purple.counterGet(text)) + expected.size() + 1));
    int amount = 1;
    for (String text : expected.keySet()) {
      value(purple.counterIncrement(text, amount++));
    }
    expected.forEach((text, sum) -> assertThat(value(purple.counterGet(text))).isEqualTo(sum));
  }

  @BadText.Each
  void aBadKeyIsRefused(BadText bad) {
    refusal(INVALID, purple.counterGet(bad.text));
    refusal(INVALID, purple.counterIncrement(bad.text, 1));
  }

  @Test
  void anEmptyKeyIsRefused() {
    refusal(INVALID, purple.counterGet(""));
    refusal(INVALID, purple.counterIncrement("", 1));
  }

  @Test
  void ofManyIncrementsNoneIsLostAndEveryAnswerIsAnotherState() {
    int turns = cell.turns(100);
    List<Long> answers = Callers.run(turns, (caller, turn) -> purple.counterIncrement(key, 1));
    long total = (long) Callers.COUNT * turns;
    assertThat(answers)
        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, total).boxed().toList());
    assertThat(value(purple.counterGet(key))).isEqualTo(total);
  }

  @Test
  void incrementsInBothDirectionsAtOnceAddUp() {
    int turns = cell.turns(8);
    Callers.run(
        turns, (caller, turn) -> purple.counterIncrement(key, caller % 2 == 0 ? caller : -turn));
    long up = LongStream.range(0, Callers.COUNT).filter(caller -> caller % 2 == 0).sum() * turns;
    long down = LongStream.range(0, turns).sum() * Callers.COUNT / 2;
    assertThat(value(purple.counterGet(key))).isEqualTo(up - down);
  }

  @Test
  void atTheEndOfTheRangeExactlyAsManyIncrementsSucceedAsFit() {
    value(purple.counterIncrement(key, MAX - 10));
    List<Boolean> added =
        Callers.run(
            1,
            (caller, turn) ->
                purple.counterIncrement(key, 1).handle((sum, failure) -> failure == null));
    assertThat(added.stream().filter(done -> done)).hasSize(10);
    assertThat(value(purple.counterGet(key))).isEqualTo(MAX);
  }
}
