package io.purpledb.message;

/**
 * The status codes of gRPC that the failure table answers with. They are named here, as a client of
 * the event bus has the table, too, and no library of gRPC.
 */
public enum GrpcCode {
  INVALID_ARGUMENT(3),
  DEADLINE_EXCEEDED(4),
  NOT_FOUND(5),
  PERMISSION_DENIED(7),
  RESOURCE_EXHAUSTED(8),
  FAILED_PRECONDITION(9),
  ABORTED(10),
  UNIMPLEMENTED(12),
  INTERNAL(13),
  UNAVAILABLE(14);

  private final int number;

  GrpcCode(int number) {
    this.number = number;
  }

  /** What travels as {@code grpc-status}. */
  public int number() {
    return number;
  }
}
