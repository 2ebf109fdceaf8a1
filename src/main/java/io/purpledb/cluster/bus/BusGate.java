package io.purpledb.cluster.bus;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.purpledb.net.Acceptor;

/** Stands before the acceptor of the event bus: what comes in is checked and bounded. */
final class BusGate extends Acceptor {

  private final BusLimits limits;
  private final BusConnections connections;

  BusGate(BusLimits limits) {
    super(BusConnections.LOG);
    this.limits = limits;
    this.connections = new BusConnections(limits);
  }

  @Override
  protected boolean admits(Channel port, Channel accepted) {
    BusConnection connection = new BusConnection(accepted, limits, connections);
    if (!connections.enter(connection)) {
      accepted.unsafe().closeForcibly();
      return false;
    }
    accepted.closeFuture().addListener(closed -> connections.leave(connection));
    accepted.pipeline().addFirst(new Placing(connection));
    return true;
  }

  /** Places the check when Vert.x has made the pipeline: behind TLS, before all else. */
  private static final class Placing extends ChannelInboundHandlerAdapter {

    private final BusConnection connection;

    Placing(BusConnection connection) {
      this.connection = connection;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      ChannelHandlerContext tls = context.pipeline().context(SslHandler.class);
      String before = tls == null ? context.name() : tls.name();
      context.pipeline().addAfter(before, null, connection);
      context.fireChannelActive();
      context.pipeline().remove(this);
    }
  }
}
