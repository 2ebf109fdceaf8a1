package io.purpledb.cluster.bus;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection to another node, or to whom else this one connects, that takes no byte for
 * some seconds while much waits for it. Vert.x closes one whose pings are not answered, but only
 * when all has been sent that waits before.
 */
final class StalledConnection extends ChannelInboundHandlerAdapter {

  private static final long LOOK_MILLIS = 1_000;
  private static final int PATIENCE = 4;

  private long seenBytes;
  private int looksWithout;
  private @Nullable Future<?> look;

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!context.channel().isWritable() && look == null) {
      seenBytes = waitingBytes(context);
      looksWithout = 0;
      lookLater(context);
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (look != null) {
      look.cancel(false);
    }
    context.fireChannelInactive();
  }

  private void lookLater(ChannelHandlerContext context) {
    look = context.executor().schedule(() -> look(context), LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look(ChannelHandlerContext context) {
    look = null;
    if (context.channel().isWritable() || !context.channel().isActive()) {
      return;
    }
    long waiting = waitingBytes(context);
    looksWithout = waiting == seenBytes ? looksWithout + 1 : 0;
    seenBytes = waiting;
    if (looksWithout < PATIENCE) {
      lookLater(context);
      return;
    }
    BusConnections.LOG.log(
        System.Logger.Level.WARNING,
        "{0} takes no byte of what waits for it: the connection to it is closed",
        context.channel().remoteAddress());
    var unused = context.close(); // from here: Vert.x would first send what nobody reads
  }

  /** Two figures in one that changes with each byte that the socket takes. */
  private static long waitingBytes(ChannelHandlerContext context) {
    ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
    if (buffer == null) {
      return 0;
    }
    long first = buffer.current() instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
    return buffer.totalPendingWriteBytes() + first;
  }
}
