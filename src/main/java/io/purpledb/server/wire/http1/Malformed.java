package io.purpledb.server.wire.http1;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.wire.CommonHeaders;
import io.purpledb.server.wire.Shown;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * What is not HTTP, or too long to be read. It is the last request of its connection, which is not
 * closed at once: that would cost a client that is still sending the answer.
 */
public final class Malformed {

  /** What a decoder says has the part that matters at its end. */
  private static final int LONGEST_REASON = 200;

  private Malformed() {}

  /** What is wrong with it. */
  public static Failure failure(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    if (cause instanceof Failure failure) {
      return failure;
    }
    if (cause instanceof TooLongHttpLineException) {
      return new Failure(Kind.URI_TOO_LONG, "request line: " + cause.getMessage());
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new Failure(Kind.HEADERS_TOO_LARGE, "headers: " + cause.getMessage());
    }
    String reason = Shown.cut(String.valueOf(cause.getMessage()), LONGEST_REASON);
    return Failure.invalid("request: %s (expected: a head as RFC 9112 has it)".formatted(reason));
  }

  /** Answers it, with the headers that the response has got, and lingers. */
  public static void answer(HttpServerResponse response, Failure failure, Buffer body) {
    CommonHeaders.put(response);
    if (failure.kind() == Kind.OVERLOADED) {
      response.putHeader(HttpHeaders.RETRY_AFTER, "1");
    }
    response
        .setStatusCode(failure.kind().httpStatus())
        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .write(body);
    Vertx.currentContext().owner().setTimer(Framing.LINGER_MILLIS, id -> response.end());
  }
}
