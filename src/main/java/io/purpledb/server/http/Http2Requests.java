package io.purpledb.server.http;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Stream;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.http.answer.Problem;
import io.purpledb.server.wire.Shown;
import io.purpledb.server.wire.http1.Framing;
import io.purpledb.server.wire.http2.HeaderSize;
import io.purpledb.server.wire.unread.UnreadConnection;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection of HTTP/2, brought into the form that those of HTTP/1.1 have, with
 * the bounds that the decoder of HTTP/1.1 has.
 */
final class Http2Requests {

  static final String HEADERS = "headers";

  /** What a client asked of a proxy that ends its TLS is https here, too (RFC 9110, 7.4). */
  private static final Set<String> SCHEMES = Set.of("http", "https");

  private final Http2Connection streams;
  private final int maxHeaderBytes;
  private final Handler<HttpServerRequest> next;

  Http2Requests(Http2Connection streams, int maxHeaderBytes, Handler<HttpServerRequest> next) {
    this.streams = streams;
    this.maxHeaderBytes = maxHeaderBytes;
    this.next = next;
  }

  /**
   * A request has come; on the connection's event loop.
   *
   * @return whether it is to be served, else it is answered here
   */
  boolean begin(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    UnreadConnection unread = UnreadConnection.of(request.connection());
    long bytes = bytes(request);
    boolean fits = unread.begun(response, bytes);
    response.closeHandler(closed -> unread.ended(response));
    if (!fits) {
      unread.refuse(() -> refuse(request, unread, HeaderSize.noRoom(HEADERS, bytes)));
    }
    return fits;
  }

  /** With a problem, or with no more than its status where that would have to wait. */
  private static void refuse(HttpServerRequest request, UnreadConnection unread, Failure failure) {
    HttpServerResponse response = request.response();
    response.putHeader(HttpHeaders.RETRY_AFTER, "1");
    if (unread.hasWindow(response)) {
      Problem.send(request, failure);
    } else {
      response.setStatusCode(failure.kind().httpStatus()).end();
    }
  }

  private static long bytes(HttpServerRequest request) {
    String uri = request.uri();
    return HeaderSize.of(request.headers()) + (uri == null ? 0 : uri.length());
  }

  /** Whether more of a request that has just come is to come than its headers. */
  boolean goesOn(HttpServerRequest request) {
    Http2Stream stream = streams.stream(request.streamId());
    return stream != null && stream.state().remoteSideOpen();
  }

  /**
   * Serves a request.
   *
   * @param goesOn whether a body may follow
   */
  void route(HttpServerRequest request, boolean goesOn) {
    Failure failure = check(request);
    if (failure != null) {
      Problem.send(request, failure);
      return;
    }
    if (goesOn && !request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
      request.headers().set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED); // as it is
    }
    next.handle(request);
  }

  private @Nullable Failure check(HttpServerRequest request) {
    String uri = request.uri();
    if (uri == null) { // only CONNECT has none
      return Routes.noTunnel(String.valueOf(request.authority()));
    }
    if (uri.length() > HttpServerVerticle.MAX_REQUEST_LINE_BYTES) {
      return new Failure(
          Kind.URI_TOO_LONG,
          ":path: %d bytes (expected: at most %d)"
              .formatted(uri.length(), HttpServerVerticle.MAX_REQUEST_LINE_BYTES));
    }
    boolean ofServer = uri.equals("*") && request.method().equals(HttpMethod.OPTIONS);
    if (!uri.startsWith("/") && !ofServer) { // RFC 9113, section 8.3.1
      return Failure.invalid(
          ":path: %s (expected: a path, which begins with /)".formatted(Shown.cut(uri)));
    }
    String scheme = String.valueOf(request.scheme());
    if (!SCHEMES.contains(scheme)) {
      return new Failure(
          Kind.MISDIRECTED,
          ":scheme: %s (expected: http, or https from a proxy)".formatted(Shown.cut(scheme)));
    }
    Failure fragment = Framing.checkTarget(uri);
    if (fragment != null) {
      return fragment;
    }
    if (request.authority() == null) { // of :authority or Host
      return Failure.invalid(
          ":authority: missing (expected: a name or an address, and perhaps a port)");
    }
    return HeaderSize.check(HEADERS, HeaderSize.of(request.headers()), maxHeaderBytes);
  }
}
