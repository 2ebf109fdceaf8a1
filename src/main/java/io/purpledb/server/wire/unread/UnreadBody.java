package io.purpledb.server.wire.unread;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** The rest of the body of a request that is answered before its end. */
public final class UnreadBody {

  /** How long it is read and thrown away, in milliseconds. */
  private static final long DISCARD_MILLIS = 5_000;

  private UnreadBody() {}

  /** Whether the headers say that a body of one byte or more may follow. */
  public static boolean isAnnounced(MultiMap headers) {
    String length = headers.get(HttpHeaders.CONTENT_LENGTH);
    return length == null ? headers.contains(HttpHeaders.TRANSFER_ENCODING) : !length.equals("0");
  }

  /**
   * Throws away what still comes of a body, and closes the connection when it does not end. Over
   * HTTP/2 that is done for every request.
   */
  public static void discard(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2
        || !isAnnounced(request.headers())
        || request.isEnded()) {
      return;
    }
    Vertx vertx = Vertx.currentContext().owner();
    long timer = vertx.setTimer(DISCARD_MILLIS, id -> request.connection().close());
    request.handler(chunk -> {}).endHandler(end -> vertx.cancelTimer(timer));
    request.exceptionHandler(broken -> vertx.cancelTimer(timer));
  }
}
