package io.purpledb.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.MultiMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallTest {

  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @Test
  void goesThroughHeaders() {
    Call call =
        new Call("team-a", "alice", Call.NO_DEADLINE, TRACE, "a-key-of-16-chars")
            .endingWithin(60_000);
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    call.putInto(headers);
    Call arrived = Call.of(headers);

    assertThat(arrived).usingRecursiveComparison().ignoringFields("deadlineNanos").isEqualTo(call);
    assertThat(call.deadlineNanos() - arrived.deadlineNanos())
        .as("no later, and not much earlier")
        .isBetween(-TimeUnit.SECONDS.toNanos(10), TimeUnit.MILLISECONDS.toNanos(1));
  }

  @Test
  void saysNothingWhereThereIsNothingToSay() {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    Call.NOTHING.putInto(headers);

    assertThat(headers.names()).isEmpty();
    assertThat(Call.of(headers)).isSameAs(Call.NOTHING);
    assertThat(Call.NOTHING.isOver()).isFalse();
    assertThat(Call.NOTHING.leftMillis(70)).isEqualTo(70);
  }

  @Test
  void keepsTheEarlierDeadline() {
    Call soon = Call.within(1_000);

    assertThat(soon.endingWithin(60_000)).isSameAs(soon);
    assertThat(Call.within(60_000).endingWithin(1_000).leftMillis(60_000)).isLessThan(1_001);
  }

  @Test
  void isOverAtItsDeadline() {
    assertThat(Call.within(0).isOver()).isTrue();
    assertThat(Call.within(0).leftMillis(10)).isZero();
    assertThat(Call.within(60_000).isOver()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, 1L << 55, 86_400_001})
  void isNotOverBeforeItsTimeHoweverFarThatIs(long millis) {
    assertThat(Call.within(millis).isOver()).isFalse();
    assertThat(Call.of(MultiMap.caseInsensitiveMultiMap().add(Call.TIMEOUT, "" + millis)).isOver())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "-1", "1.5", "", "9223372036854775808"})
  void refusesATimeoutThatIsNone(String text) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().add(Call.TIMEOUT, text);

    assertThatThrownBy(() -> Call.of(headers))
        .hasMessage(
            "purple-timeout-ms: %s (expected: 0 or more whole milliseconds)".formatted(text))
        .isInstanceOfSatisfying(
            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.INVALID));
  }
}
