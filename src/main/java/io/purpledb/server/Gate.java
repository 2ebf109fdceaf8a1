package io.purpledb.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.purpledb.config.DoorLimits;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the acceptor of a door: it counts the connections, in all and of each address,
 * closes those beyond the bounds at once, and lets none stay that asks for nothing. When the
 * process has no file descriptor for another connection, it waits a second, and says so once.
 */
@ChannelHandler.Sharable
final class Gate extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = System.getLogger(Gate.class.getName());
  private static final long PAUSE_SECONDS = 1;
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final DoorLimits limits;
  private final long maxConnections;
  private final long maxOfAddress;
  private final Map<Object, Integer> perAddress = new HashMap<>();
  private int open;

  /** Until when nothing is logged: of refused connections, and of what cannot be accepted. */
  private long refusalsSilentUntil = System.nanoTime();

  private long failuresSilentUntil = System.nanoTime();

  /**
   * @param most connections that the process can have at one door; when the settings want more, the
   *     share of one address is as much less
   */
  Gate(DoorLimits limits, long most) {
    this.limits = limits;
    long wanted = limits.maxConnections();
    maxConnections = Math.max(1, Math.min(wanted, most));
    maxOfAddress = Math.max(1, limits.maxConnectionsPerAddress() * maxConnections / wanted);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    Channel connection = (Channel) accepted;
    Object address = address(connection);
    String refusal = enter(address);
    if (refusal != null) {
      connection.unsafe().closeForcibly();
      tellRefusal(context.channel(), address, refusal);
      return;
    }
    connection.closeFuture().addListener(closed -> leave(address));
    connection
        .pipeline()
        .addFirst(
            new FirstRequest(limits.headerMillis()), new UnfinishedFrame(limits.headerMillis()));
    context.fireChannelRead(connection);
  }

  /** Counts a connection; answers why it cannot be, null when it can. */
  private synchronized @Nullable String enter(Object address) {
    int ofAddress = perAddress.getOrDefault(address, 0);
    if (open >= maxConnections) {
      return "%d are open (expected: at most %d, max-connections or a third of the process's file descriptors)"
          .formatted(open, maxConnections);
    }
    if (ofAddress >= maxOfAddress) {
      return "%d of that address are open (expected: at most %d, max-connections-per-address or its share)"
          .formatted(ofAddress, maxOfAddress);
    }
    open++;
    perAddress.put(address, ofAddress + 1);
    return null;
  }

  private synchronized void leave(Object address) {
    open--;
    perAddress.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
  }

  /** Accepting failed, for want of a file descriptor as a rule. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      context.fireExceptionCaught(cause);
      return;
    }
    tellFailure(context.channel(), cause);
    Channel acceptor = context.channel();
    acceptor.config().setAutoRead(false);
    var unused =
        acceptor
            .eventLoop()
            .schedule(() -> acceptor.config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
  }

  private synchronized void tellRefusal(Channel door, Object address, String refusal) {
    long now = System.nanoTime();
    if (now - refusalsSilentUntil >= 0) {
      refusalsSilentUntil = now + SILENCE_NANOS;
      LOG.log(
          Level.WARNING,
          "{0}: a connection of {1} is closed: {2}",
          door.localAddress(),
          address,
          refusal);
    }
  }

  private synchronized void tellFailure(Channel door, Throwable cause) {
    long now = System.nanoTime();
    if (now - failuresSilentUntil >= 0) {
      failuresSilentUntil = now + SILENCE_NANOS;
      LOG.log(Level.WARNING, "{0}: no connection can be accepted: {1}", door.localAddress(), cause);
    }
  }

  private static Object address(Channel connection) {
    return connection.remoteAddress() instanceof InetSocketAddress remote
        ? remote.getAddress()
        : String.valueOf(connection.remoteAddress());
  }
}
