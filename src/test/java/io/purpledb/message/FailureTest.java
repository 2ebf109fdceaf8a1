package io.purpledb.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureTest {

  @ParameterizedTest
  @EnumSource(Kind.class)
  void crossesTheEventBusAsItsHttpStatus(Kind kind) {
    ReplyException reply =
        new ReplyException(ReplyFailure.RECIPIENT_FAILURE, kind.httpStatus(), "a text");

    Failure failure = Failure.of(reply);

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure).hasMessage("a text");
  }

  @Test
  void givesEachKindItsOwnHttpStatus() {
    assertThat(Arrays.stream(Kind.values()).map(Kind::httpStatus)).doesNotHaveDuplicates();
  }

  @Test
  void takesAMissingReplyForATimeout() {
    assertThat(Failure.of(new ReplyException(ReplyFailure.TIMEOUT, "late")).kind())
        .isEqualTo(Kind.TIMED_OUT);
    assertThat(Failure.of(new TimeoutException("late")).kind()).isEqualTo(Kind.TIMED_OUT);
  }

  @Test
  void takesAMissingServiceForUnavailable() {
    assertThat(Failure.of(new ReplyException(ReplyFailure.NO_HANDLERS, "none")).kind())
        .isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void keepsTheTextOfADefectToItself() {
    Failure failure = Failure.of(new IllegalStateException("secret detail"));

    assertThat(failure.kind()).isEqualTo(Kind.INTERNAL);
    assertThat(failure.getMessage())
        .matches("internal failure, see the server's log for id [0-9a-f-]{36}")
        .doesNotContain("secret");
  }
}
