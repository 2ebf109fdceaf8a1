package io.purpledb.server.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http2.Http2Headers;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.CommonHeaders;
import io.purpledb.server.Framing;
import io.purpledb.server.LargeHeaders;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** The one place where a failure becomes an answer: application/problem+json (RFC 9457). */
final class Problem {

  private static final CharSequence TYPE = HttpHeaders.createOptimized("application/problem+json");

  /** The name space of the types of problems: docs/errors.md has them. */
  static final String TYPES = "urn:purple:problem:";

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
              json.writeStringField("type", TYPES + failure.kind().code());
              json.writeStringField("title", failure.kind().title());
              json.writeStringField("code", failure.kind().code());
              json.writeNumberField("status", status);
              json.writeStringField("detail", failure.getMessage());
            }));
  }

  /** The answer over HTTP/2 to a request that was not read. */
  static LargeHeaders.Refusal refusal(Failure failure) {
    Answer answer = answer(failure);
    byte[] body = answer.body().getBytes();
    Http2Headers headers =
        CommonHeaders.ofHttp2()
            .status(Integer.toString(answer.status()))
            .set(HttpHeaders.CONTENT_TYPE, TYPE)
            .set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length));
    return new LargeHeaders.Refusal(headers, Unpooled.wrappedBuffer(body));
  }

  /**
   * Answers what is not HTTP, or too long to be read. The connection is closed, but not at once:
   * that would cost a client that is still sending the answer.
   */
  static void refuseMalformed(HttpServerRequest request) {
    Failure failure = malformed(request.decoderResult().cause());
    Answer answer = answer(failure);
    HttpServerResponse response = request.response();
    CommonHeaders.put(response);
    if (failure.kind() == Kind.OVERLOADED) {
      response.putHeader(HttpHeaders.RETRY_AFTER, "1");
    }
    response
        .setStatusCode(answer.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(answer.body().length()))
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .write(answer.body());
    Vertx.currentContext().owner().setTimer(Framing.LINGER_MILLIS, id -> response.end());
  }

  private static Failure malformed(Throwable cause) {
    if (cause instanceof Failure failure) {
      return failure;
    }
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
