package io.purpledb.server.http.answer;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.purpledb.message.Failure;
import io.purpledb.server.wire.CommonHeaders;
import io.purpledb.server.wire.http1.Malformed;
import io.purpledb.server.wire.http2.LargeHeaders;
import io.purpledb.server.wire.unread.UnreadBody;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** The one place where a failure becomes an answer: application/problem+json (RFC 9457). */
public final class Problem {

  private static final CharSequence TYPE = HttpHeaders.createOptimized("application/problem+json");

  /** The name space of the types of problems: docs/errors.md has them. */
  static final String TYPES = "urn:purple:problem:";

  private Problem() {}

  /** Answers a request with what went wrong, unless it is answered or gone. */
  public static void send(HttpServerRequest request, Throwable thrown) {
    Failure failure = Failure.of(thrown);
    if (request.response().ended() || request.response().closed()) {
      return;
    }
    answer(failure).send(request, failure.kind().httpStatus());
    UnreadBody.discard(request);
  }

  static Answer answer(Failure failure) {
    return new Answer(failure.kind().httpStatus(), TYPE, Json.object(members(failure)));
  }

  /** What is said of a failure. */
  static Json.Members members(Failure failure) {
    return json -> {
      json.writeStringField("type", TYPES + failure.kind().code());
      json.writeStringField("title", failure.kind().title());
      json.writeStringField("code", failure.kind().code());
      json.writeNumberField("status", failure.kind().httpStatus());
      json.writeStringField("detail", failure.getMessage());
    };
  }

  /** The answer over HTTP/2 to a request that was not read. */
  public static LargeHeaders.Refusal refusal(Failure failure) {
    Answer answer = answer(failure);
    byte[] body = answer.body().getBytes();
    Http2Headers headers =
        CommonHeaders.ofHttp2()
            .status(Integer.toString(answer.status()))
            .set(HttpHeaders.CONTENT_TYPE, TYPE)
            .set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length));
    return new LargeHeaders.Refusal(headers, Unpooled.wrappedBuffer(body));
  }

  /** Answers what is not HTTP, or too long to be read. */
  public static void refuseMalformed(HttpServerRequest request) {
    Failure failure = Malformed.failure(request);
    HttpServerResponse response = request.response();
    response.putHeader(HttpHeaders.CONTENT_TYPE, TYPE);
    Malformed.answer(response, failure, answer(failure).body());
  }
}
