package io.purpledb.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InFlightBytesTest {

  private final InFlightBytes inFlight = new InFlightBytes(100);

  @Test
  void togetherTheyStayWithinTheBound() {
    InFlightBytes.Held one = inFlight.hold();
    InFlightBytes.Held two = inFlight.hold();
    assertThat(one.grow(60)).isTrue();
    assertThat(two.grow(41)).isFalse();
    assertThat(two.grow(40)).isTrue();
    assertThat(one.grow(1)).isFalse();
    assertThat(inFlight.used()).isEqualTo(100);

    one.release();
    one.release();
    assertThat(inFlight.used()).isEqualTo(40);
    assertThat(one.grow(1)).isFalse(); // it is over
    assertThat(two.grow(60)).isTrue();
    two.release();
    assertThat(inFlight.used()).isZero();
  }

  @Test
  void oneThatIsAloneIsLetInWhateverItsSize() {
    InFlightBytes.Held alone = inFlight.hold();
    assertThat(alone.grow(90)).isTrue();
    assertThat(alone.grow(900)).isTrue();
    assertThat(inFlight.hold().grow(1)).isFalse();
  }

  @Test
  void aRefusalGivesTheNumbers() {
    InFlightBytes.Held one = inFlight.hold();
    assertThat(one.grow(60)).isTrue();
    Failure refusal = inFlight.hold().unavailable(50);
    assertThat(refusal.kind()).isEqualTo(Failure.Kind.UNAVAILABLE);
    assertThat(refusal)
        .hasMessage(
            "request: 50 bytes more, 60 are in flight (expected: at most 100, the server's"
                + " max-in-flight-bytes); try again soon");
  }
}
