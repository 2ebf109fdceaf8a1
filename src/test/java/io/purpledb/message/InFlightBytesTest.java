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
  void promisesLeaveAQuarter() {
    InFlightBytes.Held silent = inFlight.hold();
    assertThat(silent.announce(60)).isTrue();
    assertThat(inFlight.hold().announce(41)).isFalse();
    InFlightBytes.Held other = inFlight.hold();
    assertThat(other.announce(25)).isTrue(); // without a promise
    assertThat(inFlight.used()).isEqualTo(60);
    assertThat(other.grow(25)).isTrue();
    assertThat(inFlight.hold().grow(16)).isFalse();
    assertThat(silent.grow(60)).isTrue();
    assertThat(inFlight.used()).isEqualTo(85);
    silent.release();
    assertThat(inFlight.used()).isEqualTo(25);
  }

  @Test
  void noPromiseIsGivenWhenOneWasNotKept() {
    InFlightBytes.Held silent = inFlight.hold();
    assertThat(silent.announce(60)).isTrue();
    silent.breakPromise();
    assertThat(inFlight.used()).isZero();
    assertThat(inFlight.hold().announce(60)).isTrue();
    assertThat(inFlight.used()).isZero();
    assertThat(silent.grow(60)).isTrue(); // as there is room
    silent.release();
    assertThat(inFlight.used()).isZero();
  }

  @Test
  void oneThatIsLargerThanAllHasItsTurnAlone() {
    InFlightBytes.Held one = inFlight.hold();
    InFlightBytes.Held two = inFlight.hold();
    InFlightBytes.Held small = inFlight.hold();
    assertThat(one.announce(200)).isTrue();
    assertThat(two.announce(200)).isTrue();
    assertThat(small.grow(25)).isTrue();
    assertThat(one.grow(6)).isTrue();
    assertThat(two.grow(6)).isTrue(); // so little needs no turn
    assertThat(two.grow(1)).isTrue();
    assertThat(one.grow(1)).isFalse();
    assertThat(inFlight.hold().announce(200)).isFalse();
    assertThat(two.grow(193)).isFalse(); // others have more than a quarter
    one.release();
    assertThat(two.grow(193)).isTrue();
    assertThat(small.grow(1)).isFalse();
    two.release();
    assertThat(inFlight.used()).isEqualTo(25);
    assertThat(inFlight.hold().announce(200)).isTrue();
  }

  @Test
  void aRefusalGivesTheNumbers() {
    InFlightBytes.Held one = inFlight.hold();
    assertThat(one.grow(60)).isTrue();
    Failure refusal = inFlight.hold().overloaded(50);
    assertThat(refusal.kind()).isEqualTo(Failure.Kind.OVERLOADED);
    assertThat(refusal)
        .hasMessage(
            "request: 50 bytes more, 60 are in flight (expected: at most 100, the server's"
                + " max-in-flight-bytes); try again soon");
  }
}
