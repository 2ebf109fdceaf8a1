package io.purpledb.server.grpc.call;

import io.purpledb.message.Failure;
import io.purpledb.server.Heeded;
import io.purpledb.server.grpc.message.MessageEdges;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** What the headers of a call ask of HTTP, which gRPC itself does not look at. */
public final class Expectations {

  private Expectations() {}

  /**
   * The failure of a call whose headers ask for what is not done; null when none does. What the
   * answer is to have for it besides its status is in the response then.
   *
   * @param maxBytes the largest message of a call that has but one
   */
  public static @Nullable Failure check(HttpServerRequest http, long maxBytes) {
    Failure encoded = Heeded.checkEncoding(http.headers());
    if (encoded != null) {
      http.response().putHeader(HttpHeaders.ACCEPT_ENCODING, Heeded.IDENTITY);
      return encoded;
    }
    Failure other = Heeded.checkExpectation(http.headers());
    if (other != null && http.version() != HttpVersion.HTTP_2) { // there, gRPC has but 200
      http.response().setStatusCode(other.kind().httpStatus());
    }
    return other == null ? checkLength(http, maxBytes) : other;
  }

  /** Who asks before sending may be told that it is too much. */
  private static @Nullable Failure checkLength(HttpServerRequest http, long maxBytes) {
    String length = http.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null || !Heeded.asksToGoOn(http.headers())) {
      return null;
    }
    long bytes = Long.parseLong(length) - MessageEdges.PREFIX_BYTES; // a number, says the decoder
    return bytes <= maxBytes
        ? null
        : Failure.tooLarge(
            "message: %d bytes (expected: at most %d bytes)".formatted(bytes, maxBytes));
  }

  /** Tells a client that asked to go on, unless its call has ended already. */
  public static void meet(HttpServerRequest http) {
    HttpServerResponse response = http.response();
    if (Heeded.asksToGoOn(http.headers()) && !response.ended() && !response.closed()) {
      response.writeContinue();
    }
  }
}
