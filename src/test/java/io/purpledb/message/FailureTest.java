package io.purpledb.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureTest {

  @ParameterizedTest
  @EnumSource(Kind.class)
  void crossesTheEventBusAsItsNumber(Kind kind) {
    ReplyException reply =
        new ReplyException(ReplyFailure.RECIPIENT_FAILURE, kind.number(), "a text");

    Failure failure = Failure.of(reply);

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure).hasMessage("a text");
  }

  @Test
  void givesEachKindANumberAndACodeOfItsOwn() {
    assertThat(Arrays.stream(Kind.values()).map(Kind::number)).doesNotHaveDuplicates();
    assertThat(Arrays.stream(Kind.values()).map(Kind::code)).doesNotHaveDuplicates();
    assertThat(Kind.values()).allMatch(kind -> kind.code().matches("[a-z]+(_[a-z]+)*"));
  }

  /** Who knows the status alone takes it for the kind that is most often meant. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void hasAKindForItsStatusAlone(Kind kind) {
    assertThat(Kind.ofNumber(kind.httpStatus()).httpStatus()).isEqualTo(kind.httpStatus());
  }

  @ParameterizedTest
  @EnumSource
  void namesTheCodesOfGrpcAsGrpcDoes(GrpcCode code) {
    assertThat(GrpcStatus.valueOf(code.number()).name()).isEqualTo(code.name());
  }

  @Test
  void isListedForUsers() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("docs/errors.md")).stream()
            .filter(line -> line.matches("[|] `.*( [|].*){6}")) // not those of clients
            .map(line -> String.join("|", List.of(line.split("[|]")).subList(1, 5)))
            .toList();
    assertThat(rows)
        .containsExactlyElementsOf(
            Arrays.stream(Kind.values())
                .map(
                    kind ->
                        " `%s` | %d | %s | %d "
                            .formatted(
                                kind.code(),
                                kind.httpStatus(),
                                kind.grpcCode().name(),
                                kind.number()))
                .toList());
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
