package io.purpledb.server.wire;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/**
 * What every answer says, over HTTP and gRPC: when it was made, and to browsers that it is what it
 * says and no part of another page.
 */
public final class CommonHeaders {

  private static final CharSequence CONTENT_TYPE_OPTIONS =
      HttpHeaders.createOptimized("x-content-type-options");
  private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence CONTENT_SECURITY_POLICY =
      HttpHeaders.createOptimized("content-security-policy");
  private static final CharSequence NO_FRAMES =
      HttpHeaders.createOptimized("frame-ancestors 'none'");

  private CommonHeaders() {}

  public static void put(HttpServerResponse response) {
    response
        .putHeader(HttpHeaders.DATE, HttpDate.now())
        .putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF)
        .putHeader(CONTENT_SECURITY_POLICY, NO_FRAMES);
  }

  /** The same for an answer over HTTP/2 to a request that was not read. */
  public static Http2Headers ofHttp2() {
    return new DefaultHttp2Headers()
        .set(HttpHeaders.DATE, HttpDate.now())
        .set(CONTENT_TYPE_OPTIONS, NOSNIFF)
        .set(CONTENT_SECURITY_POLICY, NO_FRAMES);
  }
}
