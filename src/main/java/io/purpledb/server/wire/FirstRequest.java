package io.purpledb.server.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that has not sent the headers of a request in time, whatever it does instead:
 * nothing, a part of a preface or of a header, headers without an end, or pings. It does not look
 * at what comes after them.
 */
public final class FirstRequest extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = System.getLogger(FirstRequest.class.getName());

  private static final AttributeKey<FirstRequest> KEY =
      AttributeKey.valueOf(FirstRequest.class, "first");

  private final long millis;
  private @Nullable Future<?> late;

  public FirstRequest(long millis) {
    this.millis = millis;
  }

  /** A request has come; on the connection's event loop. */
  public static void arrived(HttpConnection connection) {
    Channel channel = ((ConnectionBase) connection).channel();
    FirstRequest first = channel.attr(KEY).get();
    if (first != null) {
      channel.attr(KEY).set(null);
      channel.pipeline().remove(first);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.channel().attr(KEY).set(this);
    late = context.executor().schedule(() -> close(context), millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (late != null) {
      late.cancel(false);
    }
  }

  private void close(ChannelHandlerContext context) {
    LOG.log(
        Level.DEBUG,
        "{0}: closed without a request in {1} ms",
        context.channel().remoteAddress(),
        millis);
    var unused = context.channel().close();
  }
}
