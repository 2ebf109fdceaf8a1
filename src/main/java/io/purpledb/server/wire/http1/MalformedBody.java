package io.purpledb.server.wire.http1;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.http.impl.Http1xServerConnection;
import io.vertx.core.net.impl.VertxHandler;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection of HTTP/1.1 whose request has a malformed body, but not at once, as Vert.x
 * does: that would cost a client that is still sending the answer.
 */
final class MalformedBody extends ChannelInboundHandlerAdapter {

  private static final String VERTX = "handler";

  private @Nullable Throwable malformed;

  private MalformedBody() {}

  /** Prepares a pipeline that Vert.x has just made for HTTP/1.1, before its first request. */
  static void addTo(ChannelPipeline pipeline) {
    if (pipeline.get(UnfinishedHead.HTTP1_ENCODER) != null) {
      pipeline.addAfter(UnfinishedHead.HTTP1_ENCODER, null, new MalformedBody());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object part) {
    if (part instanceof HttpContent content
        && !(part instanceof HttpRequest)
        && content.decoderResult().isFailure()) {
      malformed = content.decoderResult().cause();
    }
    context.fireChannelRead(part);
  }

  /**
   * Vert.x throws what was wrong with a body when it comes to it, after the requests before. The
   * request has to know it; the decoder reads nothing more in any case.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
    if (malformed != null
        && thrown == malformed
        && context.pipeline().get(VERTX) instanceof VertxHandler<?> handler
        && handler.getConnection() instanceof Http1xServerConnection connection) {
      connection.handleException(thrown);
      var unused =
          context
              .executor()
              .schedule(
                  () -> close(context.channel()), Framing.LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      context.fireExceptionCaught(thrown);
    }
  }

  private static void close(Channel channel) {
    var unused = channel.close();
  }
}
