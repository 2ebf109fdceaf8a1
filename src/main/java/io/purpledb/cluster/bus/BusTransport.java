package io.purpledb.cluster.bus;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.purpledb.net.WrappedTransport;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A transport of one clustered Vert.x, as it is, with a {@link BusGate} before the port of its
 * event bus, and a {@link StalledConnection} in each connection that it opens. Nothing in the
 * options tells that port from those of an application, but it is opened first: before it, nobody
 * has the Vert.x.
 */
public final class BusTransport extends WrappedTransport {

  private final BusLimits limits;
  private final AtomicBoolean busIsNext = new AtomicBoolean(true);

  /**
   * @param inner what is wrapped
   */
  public BusTransport(Transport inner, BusLimits limits) {
    super(inner);
    this.limits = limits;
  }

  @Override
  public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
    super.configure(options, domainSocket, bootstrap);
    if (!(options instanceof HttpServerOptions) && busIsNext.getAndSet(false)) {
      bootstrap.handler(new BusGate(limits));
    }
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    ChannelFactory<? extends Channel> channels = super.channelFactory(domainSocket);
    return () -> {
      Channel opened = channels.newChannel();
      opened.pipeline().addLast(new StalledConnection());
      return opened;
    };
  }
}
