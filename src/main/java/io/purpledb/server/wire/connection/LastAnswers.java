package io.purpledb.server.wire.connection;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Makes the next answer of a connection its last, and tells the client: it sends its next request
 * over another connection, and does not find this one closed in the middle of it.
 */
public final class LastAnswers extends ChannelOutboundHandlerAdapter {

  private static final String HTTP1_ENCODER = "httpEncoder";

  private boolean last;

  private LastAnswers() {}

  /** From now on. False for a connection of HTTP/2, which has GOAWAY for that. */
  public static boolean on(HttpConnection connection) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    if (pipeline.get(HTTP1_ENCODER) != null && pipeline.get(LastAnswers.class) == null) {
      pipeline.addAfter(HTTP1_ENCODER, null, new LastAnswers());
      return true;
    }
    return false;
  }

  @Override
  public void write(ChannelHandlerContext context, Object part, ChannelPromise promise) {
    ChannelPromise written = promise.unvoid();
    if (part instanceof HttpResponse response
        && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      last = true;
    }
    if (last && part instanceof LastHttpContent) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
    var unused = context.write(part, written);
  }
}
