package io.purpledb.server.wire.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.purpledb.server.wire.Authority;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the frames of a client of HTTP/2 before Vert.x, which ends the connection for a method
 * that is none, and takes the first of two hosts.
 */
public final class RequestFrames extends Http2FrameListenerDecorator {

  private RequestFrames(Http2FrameListener vertx) {
    super(vertx);
  }

  /** Prepares a connection whose first settings have been read. */
  public static void watch(Http2ConnectionHandler http2) {
    http2.decoder().frameListener(new RequestFrames(http2.decoder().frameListener()));
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int stream,
      Http2Headers headers,
      int padding,
      boolean endOfStream)
      throws Http2Exception {
    check(stream, headers);
    super.onHeadersRead(context, stream, headers, padding, endOfStream);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int stream,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean endOfStream)
      throws Http2Exception {
    check(stream, headers);
    if (OwnDependency.isTurned(dependency, stream)) {
      throw Http2Exception.streamError(
          stream, Http2Error.PROTOCOL_ERROR, "stream %d depends on itself", stream);
    }
    super.onHeadersRead(
        context, stream, headers, dependency, weight, exclusive, padding, endOfStream);
  }

  private static void check(int stream, Http2Headers headers) throws Http2Exception {
    CharSequence method = headers.method(); // null in trailers
    int none = -1;
    if (method != null
        && (method.length() == 0 || HttpHeaderValidationUtil.validateToken(method) != none)) {
      throw Http2Exception.streamError(
          stream, Http2Error.PROTOCOL_ERROR, ":method: %s (expected: a token)", method);
    }
    checkHost(stream, headers.authority());
    checkHost(stream, headers.get(HttpHeaderNames.HOST));
    if (headers.contains(HttpHeaderNames.HOST) && headers.getAll(HttpHeaderNames.HOST).size() > 1) {
      throw Http2Exception.streamError(
          stream, Http2Error.PROTOCOL_ERROR, "Host: given twice (expected: once)");
    }
  }

  /** Vert.x throws on some escapes, which ends the connection; other faults it answers. */
  private static void checkHost(int stream, @Nullable CharSequence host) throws Http2Exception {
    if (host != null && host.toString().indexOf('%') >= 0) {
      throw Http2Exception.streamError(
          stream, Http2Error.PROTOCOL_ERROR, "host: %s (expected: %s)", host, Authority.EXPECTED);
    }
  }
}
