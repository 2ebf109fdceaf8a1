package io.purpledb.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.lang.System.Logger;
import java.util.concurrent.TimeUnit;

/**
 * Stands before the acceptor of a port and decides about each connection. When the process has no
 * file descriptor for another one, it waits a second, and says so once.
 */
public abstract class Acceptor extends ChannelInboundHandlerAdapter {

  private static final long PAUSE_SECONDS = 1;

  private final RareWarning failures;

  /**
   * @param log told when nothing can be accepted
   */
  public Acceptor(Logger log) {
    this.failures = new RareWarning(log);
  }

  /** Whether a connection is let in; closed by the callee when not. */
  protected abstract boolean admits(Channel port, Channel connection);

  @Override
  public final void channelRead(ChannelHandlerContext context, Object accepted) {
    if (admits(context.channel(), (Channel) accepted)) {
      context.fireChannelRead(accepted);
    }
  }

  /** Accepting failed, for want of a file descriptor as a rule. */
  @Override
  public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      context.fireExceptionCaught(cause);
      return;
    }
    Channel port = context.channel();
    failures.tell("{0}: no connection can be accepted: {1}", port.localAddress(), cause);
    port.config().setAutoRead(false);
    var unused =
        port.eventLoop()
            .schedule(() -> port.config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
  }
}
