package io.purpledb.support.client;

import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A request was refused. Several kinds of failure share a gRPC status, so a failure knows all kinds
 * that the answer may stand for.
 */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final Set<Kind> kinds;
  private final String text;

  private RefusedException(Set<Kind> kinds, String code, String text) {
    super(code + ": " + text);
    this.kinds = kinds;
    this.text = text;
  }

  static RefusedException ofBus(Throwable cause) {
    Failure failure = Failure.of(cause);
    return new RefusedException(
        Set.of(failure.kind()), failure.kind().name(), String.valueOf(failure.getMessage()));
  }

  /**
   * @param code the one in the problem, or empty when there is none
   */
  static RefusedException ofHttp(int status, String code, String detail) {
    return new RefusedException(
        kinds(k -> k.httpStatus() == status && fits(k, code)), "HTTP " + status, detail);
  }

  /**
   * @param code the one in the details, or empty when there is none, as of what grpc-java says
   */
  static RefusedException ofGrpc(int number, String code, String description) {
    return new RefusedException(
        kinds(k -> k.grpcCode().number() == number && fits(k, code)),
        "gRPC " + GrpcStatus.valueOf(number),
        description);
  }

  private static boolean fits(Kind kind, String code) {
    return code.isEmpty() || kind.code().equals(code);
  }

  /** The kinds that the answer may stand for; none when the answer is not in the failure table. */
  public Set<Kind> kinds() {
    return kinds;
  }

  /** The text for the user. */
  public String text() {
    return text;
  }

  private static Set<Kind> kinds(Predicate<Kind> fits) {
    return Arrays.stream(Kind.values()).filter(fits).collect(Collectors.toUnmodifiableSet());
  }
}
