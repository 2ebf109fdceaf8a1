package io.purpledb.server.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** The one place where a failure becomes an answer: application/problem+json (RFC 9457). */
final class Problem {

  private static final CharSequence TYPE = HttpHeaders.createOptimized("application/problem+json");

  /** How long a client that sent what cannot be read may go on sending, in milliseconds. */
  private static final long LINGER_MILLIS = 1_000;

  private Problem() {}

  /** Answers a request with what went wrong, unless it is answered or gone. */
  static void send(HttpServerRequest request, Throwable thrown) {
    Failure failure = Failure.of(thrown);
    if (request.response().ended() || request.response().closed()) {
      return;
    }
    answer(failure).send(request, failure.kind().httpStatus());
    RequestBody.discard(request);
  }

  static Answer answer(Failure failure) {
    int status = failure.kind().httpStatus();
    return new Answer(
        status,
        TYPE,
        Json.object(
            json -> {
              json.writeStringField("type", "about:blank");
              json.writeStringField("title", failure.kind().title());
              json.writeNumberField("status", status);
              json.writeStringField("detail", failure.getMessage());
            }));
  }

  /**
   * Answers what is not HTTP, or too long to be read. The connection is closed, but not at once:
   * that would cost a client that is still sending the answer.
   */
  static void refuseMalformed(HttpServerRequest request) {
    Answer answer = answer(malformed(request.decoderResult().cause()));
    HttpServerResponse response = request.response();
    response
        .setStatusCode(answer.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(answer.body().length()))
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .write(answer.body());
    Vertx.currentContext().owner().setTimer(LINGER_MILLIS, id -> response.end());
  }

  private static Failure malformed(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return new Failure(Kind.URI_TOO_LONG, "request line: " + cause.getMessage());
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new Failure(Kind.HEADERS_TOO_LARGE, "headers: " + cause.getMessage());
    }
    String reason = Shown.cut(String.valueOf(cause.getMessage()));
    return Failure.invalid("request: %s (expected: HTTP/1.1)".formatted(reason));
  }
}
