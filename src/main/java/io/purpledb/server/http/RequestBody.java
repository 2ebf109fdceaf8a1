package io.purpledb.server.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.InFlightBytes;
import io.purpledb.server.Heeded;
import io.purpledb.server.http.contract.BodyCheck;
import io.purpledb.server.wire.connection.Arrival;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.TimeUnit;

/**
 * The body of one request, read as it comes: bounded in size and in time, and never holding more
 * than the bound. Must be asked for in the same turn of the event loop as the request.
 */
final class RequestBody {

  private static final String RETRY_AFTER_SECONDS = "1";

  private final HttpServerRequest request;
  private final BodyCheck check;
  private final long maxBytes;
  private final InFlightBytes.Held held;
  private final Promise<ByteString> done = Promise.promise();
  private final BodyBytes bytes;
  private final Arrival arrival;
  private final Vertx vertx;
  private final long timeoutMillis;
  private final long begun = System.nanoTime();
  private long timer;

  private RequestBody(
      Vertx vertx,
      HttpServerRequest request,
      BodyCheck check,
      long maxBytes,
      long timeoutMillis,
      InFlightBytes.Held held,
      BodyBytes bytes) {
    this.vertx = vertx;
    this.timeoutMillis = timeoutMillis;
    this.arrival = new Arrival(held);
    this.bytes = bytes;
    this.request = request;
    this.check = check;
    this.maxBytes = maxBytes;
    this.held = held;
  }

  /**
   * Reads the body. Fails when it is larger or later than it may be, as unsupported when it is
   * encoded, and as invalid when it breaks off.
   *
   * @param check what the operation says of it
   * @param held counts its bytes, and knows before any is read what is announced; the caller
   *     releases it
   */
  static Future<ByteString> read(
      Vertx vertx,
      HttpServerRequest request,
      BodyCheck check,
      long maxBytes,
      long timeoutMillis,
      InFlightBytes.Held held) {
    requireKnown(request);
    long announced = contentLength(request.headers());
    if (announced > maxBytes) {
      throw check.exceeded(Long.toString(announced), maxBytes);
    }
    if (!held.announce(announced)) {
      throw noRoom(request, held, announced);
    }
    RequestBody body =
        new RequestBody(
            vertx, request, check, maxBytes, timeoutMillis, held, new BodyBytes(announced));
    body.awaitContinue();
    return body.read();
  }

  private Future<ByteString> read() {
    request.handler(this::append);
    request.endHandler(end -> complete());
    request.exceptionHandler(this::broken);
    lookIn(timeoutMillis);
    return done.future().andThen((body, failure) -> vertx.cancelTimer(timer));
  }

  private void lookIn(long millisLeft) {
    timer = vertx.setTimer(Math.min(millisLeft, Arrival.LOOK_MILLIS), id -> look());
  }

  private void look() {
    long left = timeoutMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    if (left <= 0) {
      late();
    } else if (arrival.isTooSlow(bytes.length())) {
      giveWay();
    } else {
      lookIn(left);
    }
  }

  private void complete() {
    done.tryComplete(UnsafeByteOperations.unsafeWrap(bytes.take()));
  }

  private static Failure noRoom(HttpServerRequest request, InFlightBytes.Held held, long more) {
    request.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    return held.overloaded(more);
  }

  private void append(Buffer chunk) {
    if (done.future().isComplete()) {
      return;
    }
    if ((long) bytes.length() + chunk.length() > maxBytes) {
      bytes.drop();
      done.tryFail(check.exceeded("more than " + maxBytes, maxBytes));
    } else if (!heldFor(bytes.needed(chunk.length()))) {
      bytes.drop();
      done.tryFail(noRoom(request, held, chunk.length()));
    } else {
      bytes.add(chunk);
    }
  }

  /** It counts as it comes. */
  private boolean heldFor(long length) {
    return length <= held.bytes() || held.grow(length - held.bytes());
  }

  /**
   * A connection of HTTP/1.1 that breaks is about to be closed, or that of a malformed body soon. A
   * stream of HTTP/2 that breaks is about to be gone, alone.
   */
  private void broken(Throwable cause) {
    Failure failure = malformed(cause);
    bytes.drop();
    if (isStream(request)) {
      vertx.runOnContext(gone -> done.tryFail(failure));
    } else {
      sayLast(request);
      done.tryFail(failure);
    }
  }

  private static Failure malformed(Throwable cause) {
    if (cause instanceof TooLongHttpHeaderException) {
      return new Failure(Kind.HEADERS_TOO_LARGE, "trailers: " + cause.getMessage());
    }
    return Failure.invalid("body: %s (expected: well-formed HTTP)".formatted(cause.getMessage()));
  }

  private static boolean isStream(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_2;
  }

  /**
   * The connection of a client of HTTP/1.1 cannot go on after a body that does not end. Said at the
   * last moment: before, Vert.x would put keep-alive in its place when HTTP/1.0 wishes for it.
   */
  private static void sayLast(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    if (!isStream(request) && !response.headWritten()) {
      response.headersEndHandler(
          head -> response.headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE));
    }
  }

  private void giveWay() {
    String refusal = Arrival.refusal(bytes.length());
    bytes.drop();
    sayLast(request);
    request.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    done.tryFail(Failure.overloaded(refusal));
  }

  private void late() {
    sayLast(request);
    done.tryFail(
        new Failure(
            Kind.REQUEST_TIMEOUT,
            "body: %d bytes in %d ms (expected: all of it)"
                .formatted(bytes.length(), timeoutMillis)));
  }

  /** A client that asks first is told to go on. */
  private void awaitContinue() {
    if (check.taken()) {
      requireExpectation(request.headers());
    }
    if (Heeded.asksToGoOn(request.headers())) {
      request.response().writeContinue();
    }
  }

  /** Fails when the headers of a write say of its body, empty or not, what is not known here. */
  static void requireKnown(HttpServerRequest request) {
    Failure encoded = Heeded.checkEncoding(request.headers());
    if (encoded != null) {
      request.response().putHeader(HttpHeaders.ACCEPT_ENCODING, Heeded.IDENTITY);
      throw encoded;
    }
  }

  /** Fails when a client expects something else than to be told to go on. */
  static void requireExpectation(MultiMap headers) {
    Failure other = Heeded.checkExpectation(headers);
    if (other != null) {
      throw other;
    }
  }

  /**
   * Fails when nothing says that the body of a request of HTTP/1.0 is meant to be empty: it may
   * follow after all, and the request would empty what it was to write (RFC 1945, section 8.3). In
   * HTTP/1.1 it means that there is none (RFC 9112, section 6.3); there are clients that say so.
   */
  static void requireLength(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_1_0
        && !request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      sayLast(request);
      request.response().endHandler(ended -> request.connection().close());
      throw Failure.invalid("body: no Content-Length (expected: one; 0 for an empty value)");
    }
  }

  private static long contentLength(MultiMap headers) {
    String length = headers.get(HttpHeaders.CONTENT_LENGTH);
    return length == null ? 0 : Long.parseLong(length); // the decoder has refused what is no number
  }
}
