package io.purpledb.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.purpledb.config.DoorLimits;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.transport.Transport;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.concurrent.ThreadFactory;

/**
 * A transport of Vert.x, as it is, with a {@link Gate} before each HTTP server: Vert.x itself shows
 * a connection only when the first bytes have come.
 */
public final class GatedTransport implements Transport, io.vertx.core.transport.Transport {

  /** Descriptors for files, Redis, other nodes and so on. */
  private static final long OTHER_DESCRIPTORS = 200;

  /** Each door may have a third, so that none takes the other's, and some are left. */
  private static final int PARTS = 3;

  private final io.vertx.core.transport.Transport best;
  private final Transport transport;
  private final DoorLimits limits;

  private GatedTransport(io.vertx.core.transport.Transport best, DoorLimits limits) {
    this.best = best;
    this.transport = best.implementation();
    this.limits = limits;
  }

  /** The native transport where there is one, else Java's. */
  public static GatedTransport best(DoorLimits limits) {
    io.vertx.core.transport.Transport found = io.vertx.core.transport.Transport.nativeTransport();
    boolean usable = found != null && found.available();
    return new GatedTransport(usable ? found : io.vertx.core.transport.Transport.NIO, limits);
  }

  @Override
  public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
    transport.configure(options, domainSocket, bootstrap);
    if (options instanceof HttpServerOptions) {
      bootstrap.handler(gate());
    }
  }

  private Gate gate() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return system instanceof com.sun.management.UnixOperatingSystemMXBean unix
        ? new Gate(limits, (unix.getMaxFileDescriptorCount() - OTHER_DESCRIPTORS) / PARTS)
        : new Gate(limits, Long.MAX_VALUE);
  }

  @Override
  public String name() {
    return best.name();
  }

  @Override
  public boolean available() {
    return best.available();
  }

  @Override
  public Throwable unavailabilityCause() {
    return best.unavailabilityCause();
  }

  @Override
  public Transport implementation() {
    return this;
  }

  @Override
  public boolean supportsDomainSockets() {
    return transport.supportsDomainSockets();
  }

  @Override
  public boolean supportFileRegion() {
    return transport.supportFileRegion();
  }

  @Override
  public boolean isAvailable() {
    return transport.isAvailable();
  }

  @Override
  public java.net.SocketAddress convert(SocketAddress address) {
    return transport.convert(address);
  }

  @Override
  public SocketAddress convert(java.net.SocketAddress address) {
    return transport.convert(address);
  }

  @Override
  public IoHandlerFactory ioHandlerFactory() {
    return transport.ioHandlerFactory();
  }

  @Override
  public EventLoopGroup eventLoopGroup(
      int type, int threads, ThreadFactory threadFactory, int ioRatio) {
    return transport.eventLoopGroup(type, threads, threadFactory, ioRatio);
  }

  @Override
  public DatagramChannel datagramChannel() {
    return transport.datagramChannel();
  }

  @Override
  @SuppressWarnings("deprecation") // the interface has it
  public DatagramChannel datagramChannel(InternetProtocolFamily family) {
    return transport.datagramChannel(family);
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    return transport.channelFactory(domainSocket);
  }

  @Override
  public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
    return transport.serverChannelFactory(domainSocket);
  }

  @Override
  public void configure(DatagramChannel channel, DatagramSocketOptions options) {
    transport.configure(channel, options);
  }

  @Override
  public void configure(
      ClientOptionsBase options, int connectTimeout, boolean domainSocket, Bootstrap bootstrap) {
    transport.configure(options, connectTimeout, domainSocket, bootstrap);
  }
}
