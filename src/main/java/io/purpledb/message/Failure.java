package io.purpledb.message;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A request that could not be served: a kind from the one table that every server uses, and a text
 * that gives the value and what was expected.
 *
 * <p>Crosses the event bus as a reply failure whose code is the number of the kind. Has no stack
 * trace: it is an answer, not a defect.
 */
public final class Failure extends RuntimeException {

  /**
   * The failure table: one line per kind, with what HTTP and gRPC answer. docs/errors.md has it for
   * users.
   */
  public enum Kind {
    INVALID("invalid_argument", 400, GrpcCode.INVALID_ARGUMENT, "Bad Request"),
    NOT_FOUND("not_found", 404, GrpcCode.NOT_FOUND, "Not Found"),
    NO_SUCH_PATH("no_such_path", 404, 1, GrpcCode.UNIMPLEMENTED, "No Such Path"),
    NO_SUCH_METHOD("no_such_method", 405, GrpcCode.UNIMPLEMENTED, "Method Not Allowed"),
    NOT_ACCEPTABLE("not_acceptable", 406, GrpcCode.INVALID_ARGUMENT, "Not Acceptable"),
    REQUEST_TIMEOUT("request_timeout", 408, GrpcCode.DEADLINE_EXCEEDED, "Request Timeout"),
    CONFLICT("conflict", 409, GrpcCode.FAILED_PRECONDITION, "Conflict"),
    CONDITION_FAILED("condition_failed", 412, GrpcCode.ABORTED, "Precondition Failed"),
    TOO_LARGE("value_too_large", 413, GrpcCode.RESOURCE_EXHAUSTED, "Content Too Large"),
    ANSWER_TOO_LARGE("answer_too_large", 413, 1, GrpcCode.RESOURCE_EXHAUSTED, "Answer Too Large"),
    URI_TOO_LONG("uri_too_long", 414, GrpcCode.INVALID_ARGUMENT, "URI Too Long"),
    UNSUPPORTED_MEDIA_TYPE(
        "unsupported_media_type", 415, GrpcCode.UNIMPLEMENTED, "Unsupported Media Type"),
    EXPECTATION_FAILED("expectation_failed", 417, GrpcCode.INVALID_ARGUMENT, "Expectation Failed"),
    MISDIRECTED("misdirected", 421, GrpcCode.PERMISSION_DENIED, "Misdirected Request"),
    BUSY("busy", 429, GrpcCode.RESOURCE_EXHAUSTED, "Too Many Requests"),
    HEADERS_TOO_LARGE(
        "headers_too_large", 431, GrpcCode.RESOURCE_EXHAUSTED, "Request Header Fields Too Large"),
    INTERNAL("internal", 500, GrpcCode.INTERNAL, "Internal Server Error"),
    NOT_IMPLEMENTED("not_implemented", 501, GrpcCode.UNIMPLEMENTED, "Not Implemented"),
    UNAVAILABLE("unavailable", 503, GrpcCode.UNAVAILABLE, "Service Unavailable"),
    OVERLOADED("overloaded", 503, 1, GrpcCode.RESOURCE_EXHAUSTED, "Service Overloaded"),
    ANSWER_DROPPED(
        "answer_dropped", 503, 2, GrpcCode.RESOURCE_EXHAUSTED, "Too Many Unread Answers"),
    TIMED_OUT("timed_out", 504, GrpcCode.DEADLINE_EXCEEDED, "Gateway Timeout"),
    STORAGE_FULL("storage_full", 507, GrpcCode.RESOURCE_EXHAUSTED, "Insufficient Storage");

    private static final int NUMBERS_OF_A_STATUS = 10;

    private final String code;
    private final int httpStatus;
    private final int number;
    private final GrpcCode grpcCode;
    private final String title;

    Kind(String code, int httpStatus, GrpcCode grpcCode, String title) {
      this(code, httpStatus, 0, grpcCode, title);
    }

    /**
     * @param variant tells kinds with the same HTTP status apart; 0 for the one that a reader takes
     *     the status alone for
     */
    Kind(String code, int httpStatus, int variant, GrpcCode grpcCode, String title) {
      this.code = code;
      this.httpStatus = httpStatus;
      this.number = variant == 0 ? httpStatus : NUMBERS_OF_A_STATUS * httpStatus + variant;
      this.grpcCode = grpcCode;
      this.title = title;
    }

    /** The stable name for programs, the same through every protocol: {@code not_found}. */
    public String code() {
      return code;
    }

    public int httpStatus() {
      return httpStatus;
    }

    /**
     * What it is on the event bus: the HTTP status, or that with one more digit where several kinds
     * have the same.
     */
    public int number() {
      return number;
    }

    public GrpcCode grpcCode() {
      return grpcCode;
    }

    /** What it is called, for people (the title of RFC 9457). */
    public String title() {
      return title;
    }

    /** The kind with a number; INTERNAL for one that is not in the table. */
    public static Kind ofNumber(int number) {
      for (Kind kind : values()) {
        if (kind.number == number) {
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
      unavailable("the server ran out of memory" + Outcome.UNKNOWN);

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

  /** The requests of the moment have all the room there is; nothing was done. */
  public static Failure overloaded(String text) {
    return new Failure(Kind.OVERLOADED, text);
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
      return timedOut("no answer in time" + Outcome.UNKNOWN);
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
      Kind kind = Kind.ofNumber(reply.failureCode());
      return new Failure(kind, reply.getMessage() == null ? kind.title() : reply.getMessage());
    }
    if (reply.failureType() == ReplyFailure.TIMEOUT) {
      return timedOut("no answer in time" + Outcome.UNKNOWN);
    }
    return unavailable("nobody serves this request now: " + reply.getMessage());
  }
}
