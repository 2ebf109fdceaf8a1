package io.purpledb.server.wire.connection;

import io.netty.bootstrap.ServerBootstrap;
import io.purpledb.config.ServerLimits;
import io.purpledb.net.Descriptors;
import io.purpledb.net.WrappedTransport;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServerOptions;

/**
 * A transport of Vert.x, as it is, with a {@link ConnectionGate} before each HTTP server: Vert.x
 * itself shows a connection only when the first bytes have come.
 */
public final class GatedTransport extends WrappedTransport {

  /** Each server may have a third, so that none takes the other's, and some are left. */
  private static final int PARTS = 3;

  private final ServerLimits limits;

  private GatedTransport(ServerLimits limits) {
    super(nativeOrJava());
    this.limits = limits;
  }

  /** The native transport where there is one, else Java's. */
  public static GatedTransport best(ServerLimits limits) {
    return new GatedTransport(limits);
  }

  @Override
  public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
    super.configure(options, domainSocket, bootstrap);
    if (options instanceof HttpServerOptions server) {
      long most = Descriptors.share(Integer.MAX_VALUE, PARTS);
      bootstrap.handler(new ConnectionGate(limits, most, ServerOptions.upgrades(server)));
    }
  }
}
