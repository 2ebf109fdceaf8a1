package io.purpledb.server.wire.http1;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2CodecUtil;

/**
 * Keeps Vert.x from changing a connection of HTTP/1.1 to HTTP/2: what it changes escapes all that
 * bounds its frames. Where such a change is wanted, {@link Http2Upgrade} has made it before, and
 * the gRPC port needs none, as gRPC clients begin with HTTP/2. A server may ignore the wish (RFC
 * 9110, section 7.8); the request is served as it is.
 */
final class NoUpgrade extends ChannelInboundHandlerAdapter {

  private static final String VERTX = "h2c";

  private final boolean always;

  private NoUpgrade(boolean always) {
    this.always = always;
  }

  /**
   * Prepares a pipeline that Vert.x has just made for HTTP/1.1, before its first request.
   *
   * @param always whether a wish without settings, which Vert.x answers with 400, is ignored, too
   */
  static void addTo(ChannelPipeline pipeline, boolean always) {
    if (pipeline.get(VERTX) != null) {
      pipeline.addBefore(VERTX, null, new NoUpgrade(always));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) { // the first; Vert.x does not look at others
      HttpHeaders headers = request.headers();
      if (headers.contains(Http2CodecUtil.HTTP_UPGRADE_SETTINGS_HEADER)
          || (always
              && headers.contains(
                  HttpHeaderNames.UPGRADE, Http2CodecUtil.HTTP_UPGRADE_PROTOCOL_NAME, true))) {
        headers.remove(HttpHeaderNames.UPGRADE);
      }
      context.pipeline().remove(this);
    }
    context.fireChannelRead(message);
  }
}
