package io.purpledb.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that begins something and does not end it in time, however slowly its bytes
 * come: the headers of a request, or over HTTP/2 any frame. {@link FirstRequest} does the same
 * before the first request, and what serves a request looks after its body.
 */
public abstract class UnfinishedPart extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = System.getLogger(UnfinishedPart.class.getName());

  private static final String HTTP1_DECODER = "httpDecoder";

  private final long maxNanos;
  private boolean begun;
  private long begunAt;
  private @Nullable Future<?> look;

  UnfinishedPart(long maxMillis) {
    this.maxNanos = TimeUnit.MILLISECONDS.toNanos(maxMillis);
  }

  /**
   * Begins to watch a connection of HTTP/1.1, of which Vert.x has just told. Those of HTTP/2 are
   * watched from their first byte: Vert.x tells of them in the middle of their frames.
   *
   * @param maxMillis from the first byte of a part to its last
   */
  public static void watch(HttpConnection connection, long maxMillis) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    if (pipeline.get(HTTP1_DECODER) != null) {
      UnfinishedHead head = new UnfinishedHead(maxMillis);
      pipeline.addBefore(HTTP1_DECODER, null, head);
      pipeline.addAfter(HTTP1_DECODER, null, head.decoded());
    }
  }

  /** The first byte of a part is here, or another one of a part that has begun. */
  final void begin(ChannelHandlerContext context) {
    if (!begun) {
      begun = true;
      begunAt = System.nanoTime();
      if (look == null) { // one look serves all the parts that begin and end before it
        lookIn(context, maxNanos);
      }
    }
  }

  /** The last byte of the part is here. */
  final void end() {
    begun = false;
  }

  private void lookIn(ChannelHandlerContext context, long nanos) {
    look = context.executor().schedule(() -> look(context), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext context) {
    look = null;
    if (!begun) {
      return;
    }
    long left = begunAt + maxNanos - System.nanoTime();
    if (left > 0) {
      lookIn(context, left);
    } else if (!context.channel().config().isAutoRead()) {
      lookIn(context, maxNanos); // it is this server that does not read
    } else {
      LOG.log(
          Level.DEBUG,
          "{0}: closed with a part of a request that did not end in {1} ms",
          context.channel().remoteAddress(),
          TimeUnit.NANOSECONDS.toMillis(maxNanos));
      var unused = context.channel().close();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (look != null) {
      look.cancel(false);
    }
  }
}
