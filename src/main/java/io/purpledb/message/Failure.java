package io.purpledb.message;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.grpc.common.GrpcStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A request that could not be served: a kind from the one table that every door uses, and a text
 * that gives the value and what was expected.
 *
 * <p>Crosses the event bus as a reply failure whose code is the HTTP status of the kind. Has no
 * stack trace: it is an answer, not a defect.
 */
public final class Failure extends RuntimeException {

  /** The failure table: one line per kind with its HTTP status and gRPC status. */
  public enum Kind {
    INVALID(400, GrpcStatus.INVALID_ARGUMENT, "Bad Request"),
    NOT_FOUND(404, GrpcStatus.NOT_FOUND, "Not Found"),
    NO_SUCH_METHOD(405, GrpcStatus.UNIMPLEMENTED, "Method Not Allowed"),
    NOT_ACCEPTABLE(406, GrpcStatus.INVALID_ARGUMENT, "Not Acceptable"),
    REQUEST_TIMEOUT(408, GrpcStatus.DEADLINE_EXCEEDED, "Request Timeout"),
    CONFLICT(409, GrpcStatus.FAILED_PRECONDITION, "Conflict"),
    TOO_LARGE(413, GrpcStatus.RESOURCE_EXHAUSTED, "Content Too Large"),
    URI_TOO_LONG(414, GrpcStatus.INVALID_ARGUMENT, "URI Too Long"),
    UNSUPPORTED_MEDIA_TYPE(415, GrpcStatus.UNIMPLEMENTED, "Unsupported Media Type"),
    EXPECTATION_FAILED(417, GrpcStatus.INVALID_ARGUMENT, "Expectation Failed"),
    BUSY(429, GrpcStatus.RESOURCE_EXHAUSTED, "Too Many Requests"),
    HEADERS_TOO_LARGE(431, GrpcStatus.RESOURCE_EXHAUSTED, "Request Header Fields Too Large"),
    INTERNAL(500, GrpcStatus.INTERNAL, "Internal Server Error"),
    UNAVAILABLE(503, GrpcStatus.UNAVAILABLE, "Service Unavailable"),
    TIMED_OUT(504, GrpcStatus.DEADLINE_EXCEEDED, "Gateway Timeout"),
    STORAGE_FULL(507, GrpcStatus.RESOURCE_EXHAUSTED, "Insufficient Storage");

    private final int httpStatus;
    private final GrpcStatus grpcStatus;
    private final String title;

    Kind(int httpStatus, GrpcStatus grpcStatus, String title) {
      this.httpStatus = httpStatus;
      this.grpcStatus = grpcStatus;
      this.title = title;
    }

    public int httpStatus() {
      return httpStatus;
    }

    public GrpcStatus grpcStatus() {
      return grpcStatus;
    }

    /** The phrase of the HTTP status, as RFC 9457 asks for problems without a type of their own. */
    public String title() {
      return title;
    }

    /** The kind with an HTTP status; INTERNAL for a status that is not in the table. */
    public static Kind ofHttpStatus(int status) {
      for (Kind kind : values()) {
        if (kind.httpStatus == status) {
          return kind;
        }
      }
      return INTERNAL;
    }
  }

  private static final Logger LOG = System.getLogger(Failure.class.getName());

  /** Made ahead: when it is needed there may be no room for another. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could be wrong
  private static final Failure OUT_OF_MEMORY =
      unavailable("the server ran out of memory; a write may or may not have happened");

  private static final long serialVersionUID = 1;

  private final Kind kind;

  public Failure(Kind kind, String text) {
    super(text, null, false, false);
    this.kind = kind;
  }

  public static Failure invalid(String text) {
    return new Failure(Kind.INVALID, text);
  }

  /** The failure of a key without a value; its text is part of the wire contract. */
  public static Failure notFound(String key) {
    return new Failure(Kind.NOT_FOUND, "no value found for " + key);
  }

  public static Failure conflict(String text) {
    return new Failure(Kind.CONFLICT, text);
  }

  public static Failure tooLarge(String text) {
    return new Failure(Kind.TOO_LARGE, text);
  }

  public static Failure busy(String text) {
    return new Failure(Kind.BUSY, text);
  }

  public static Failure unavailable(String text) {
    return new Failure(Kind.UNAVAILABLE, text);
  }

  /** A write found no room: memory, disk or quota. Reads and deletes go on. */
  public static Failure storageFull(String text) {
    return new Failure(Kind.STORAGE_FULL, text);
  }

  public static Failure timedOut(String text) {
    return new Failure(Kind.TIMED_OUT, text);
  }

  public Kind kind() {
    return kind;
  }

  @Override
  public String getMessage() {
    String text = super.getMessage();
    return text == null ? kind.title() : text;
  }

  /**
   * The failure that a throwable means. What is not known to be an answer is a defect: it is logged
   * with an id, and only the id goes out.
   */
  public static Failure of(@Nullable Throwable thrown) {
    if (thrown instanceof Failure failure) {
      return failure;
    }
    if (thrown instanceof ReplyException reply) {
      return ofReply(reply);
    }
    if (thrown instanceof TimeoutException) {
      return timedOut("no answer in time; a write may or may not have happened");
    }
    if (thrown instanceof OutOfMemoryError error) {
      return outOfMemory(error);
    }
    String id = UUID.randomUUID().toString();
    LOG.log(Level.ERROR, "internal failure " + id, thrown);
    return new Failure(Kind.INTERNAL, "internal failure, see the server's log for id " + id);
  }

  private static Failure outOfMemory(OutOfMemoryError error) {
    try {
      LOG.log(Level.ERROR, "out of memory", error);
    } catch (OutOfMemoryError again) {
      // No room for a line either.
    }
    return OUT_OF_MEMORY;
  }

  private static Failure ofReply(ReplyException reply) {
    if (reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      Kind kind = Kind.ofHttpStatus(reply.failureCode());
      return new Failure(kind, reply.getMessage() == null ? kind.title() : reply.getMessage());
    }
    if (reply.failureType() == ReplyFailure.TIMEOUT) {
      return timedOut("no answer in time; a write may or may not have happened");
    }
    return unavailable("nobody serves this request now: " + reply.getMessage());
  }
}
