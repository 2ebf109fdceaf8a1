package io.purpledb.server.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.InFlightBytes;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * The body of one request, read as it comes: bounded in size and in time, and never holding more
 * than the bound. Must be asked for in the same turn of the event loop as the request.
 */
final class RequestBody {

  /** How long the rest of a body is read and thrown away after a refusal, in milliseconds. */
  private static final long DISCARD_MILLIS = 5_000;

  private static final String RETRY_AFTER_SECONDS = "1";

  private final HttpServerRequest request;
  private final BodyCheck check;
  private final long maxBytes;
  private final InFlightBytes.Held held;
  private final Promise<ByteString> done = Promise.promise();
  private final BodyBytes bytes;

  private RequestBody(
      HttpServerRequest request,
      BodyCheck check,
      long maxBytes,
      InFlightBytes.Held held,
      BodyBytes bytes) {
    this.bytes = bytes;
    this.request = request;
    this.check = check;
    this.maxBytes = maxBytes;
    this.held = held;
  }

  /** Whether the headers say that a body of one byte or more may follow. */
  static boolean isAnnounced(MultiMap headers) {
    String length = headers.get(HttpHeaders.CONTENT_LENGTH);
    return length == null ? headers.contains(HttpHeaders.TRANSFER_ENCODING) : !length.equals("0");
  }

  /**
   * Reads the body. Fails when it is larger or later than it may be, as unsupported when it is
   * encoded, and as invalid when it breaks off.
   *
   * @param check what the operation says of it
   * @param held counts its bytes, those announced before any is read; the caller releases it
   */
  static Future<ByteString> read(
      Vertx vertx,
      HttpServerRequest request,
      BodyCheck check,
      long maxBytes,
      long timeoutMillis,
      InFlightBytes.Held held) {
    requireIdentity(request);
    long announced = contentLength(request.headers());
    if (announced > maxBytes) {
      throw check.exceeded(Long.toString(announced), maxBytes);
    }
    if (!held.grow(announced)) {
      throw noRoom(request, held, announced);
    }
    RequestBody body = new RequestBody(request, check, maxBytes, held, new BodyBytes(announced));
    body.awaitContinue();
    return body.read(vertx, timeoutMillis);
  }

  /** Throws away what still comes of a body, and closes the connection when it does not end. */
  static void discard(HttpServerRequest request) {
    if (!isAnnounced(request.headers()) || request.isEnded()) {
      return;
    }
    Vertx vertx = Vertx.currentContext().owner();
    long timer = vertx.setTimer(DISCARD_MILLIS, id -> request.connection().close());
    request.handler(chunk -> {}).endHandler(end -> vertx.cancelTimer(timer));
    request.exceptionHandler(broken -> vertx.cancelTimer(timer));
  }

  private Future<ByteString> read(Vertx vertx, long timeoutMillis) {
    request.handler(this::append);
    request.endHandler(end -> complete());
    request.exceptionHandler(this::broken);
    long timer = vertx.setTimer(timeoutMillis, id -> late(timeoutMillis));
    return done.future().andThen((body, failure) -> vertx.cancelTimer(timer));
  }

  private void complete() {
    done.tryComplete(UnsafeByteOperations.unsafeWrap(bytes.take()));
  }

  private static Failure noRoom(HttpServerRequest request, InFlightBytes.Held held, long more) {
    request.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    return held.unavailable(more);
  }

  private void append(Buffer chunk) {
    if (done.future().isComplete()) {
      return;
    }
    if ((long) bytes.length() + chunk.length() > maxBytes) {
      bytes.drop();
      done.tryFail(check.exceeded("more than " + maxBytes, maxBytes));
    } else if (!heldFor((long) bytes.length() + chunk.length())) {
      bytes.drop();
      done.tryFail(noRoom(request, held, chunk.length()));
    } else {
      bytes.add(chunk);
    }
  }

  /** What was not announced counts as it comes. */
  private boolean heldFor(long length) {
    return length <= held.bytes() || held.grow(length - held.bytes());
  }

  /** Vert.x drops a connection that breaks; closing it here sends the answer first. */
  private void broken(Throwable cause) {
    done.tryFail(
        Failure.invalid("body: %s (expected: well-formed HTTP)".formatted(cause.getMessage())));
    request.connection().close();
  }

  private void late(long timeoutMillis) {
    request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    done.tryFail(
        new Failure(
            Kind.REQUEST_TIMEOUT,
            "body: %d bytes in %d ms (expected: all of it)"
                .formatted(bytes.length(), timeoutMillis)));
  }

  /** A client that asks first is told to go on. */
  private void awaitContinue() {
    String expect = request.getHeader(HttpHeaders.EXPECT);
    if ("100-continue".equalsIgnoreCase(expect)) {
      request.response().writeContinue();
    } else if (expect != null && check.taken()) {
      throw new Failure(
          Kind.EXPECTATION_FAILED,
          "Expect: %s (expected: 100-continue)".formatted(Shown.cut(expect)));
    }
  }

  private static void requireIdentity(HttpServerRequest request) {
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      request.response().putHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
      throw new Failure(
          Kind.UNSUPPORTED_MEDIA_TYPE,
          "Content-Encoding: %s (expected: identity)".formatted(Shown.cut(encoding)));
    }
  }

  private static long contentLength(MultiMap headers) {
    String length = headers.get(HttpHeaders.CONTENT_LENGTH);
    return length == null ? 0 : Long.parseLong(length); // the decoder has refused what is no number
  }
}
