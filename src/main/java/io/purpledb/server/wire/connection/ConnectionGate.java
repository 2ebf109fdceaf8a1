package io.purpledb.server.wire.connection;

import io.netty.channel.Channel;
import io.purpledb.config.ServerLimits;
import io.purpledb.net.Acceptor;
import io.purpledb.net.RareWarning;
import io.purpledb.server.wire.FirstRequest;
import io.purpledb.server.wire.http1.FirstBytes;
import io.purpledb.server.wire.http2.HeaderBlocks;
import io.purpledb.server.wire.http2.UnfinishedFrame;
import java.lang.System.Logger;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the acceptor of a server: it counts the connections, in all and of each address,
 * closes those beyond the bounds at once, and lets none stay that asks for nothing.
 */
final class ConnectionGate extends Acceptor {

  private static final Logger LOG = System.getLogger(ConnectionGate.class.getName());

  private final ServerLimits limits;
  private final boolean upgrades;
  private final long maxConnections;
  private final long maxOfAddress;
  private final Map<Object, Integer> perAddress = new HashMap<>();
  private final RareWarning refusals = new RareWarning(LOG);
  private int open;

  /**
   * @param most connections that the process can have at one server; when the settings want more,
   *     the share of one address is as much less
   * @param upgrades whether a connection of HTTP/1.1 may become one of HTTP/2
   */
  ConnectionGate(ServerLimits limits, long most, boolean upgrades) {
    super(LOG);
    this.limits = limits;
    this.upgrades = upgrades;
    long wanted = limits.maxConnections();
    maxConnections = Math.max(1, Math.min(wanted, most));
    maxOfAddress = Math.max(1, limits.maxConnectionsPerAddress() * maxConnections / wanted);
  }

  @Override
  protected boolean admits(Channel server, Channel connection) {
    Object address = address(connection);
    String refusal = enter(address);
    if (refusal != null) {
      connection.unsafe().closeForcibly();
      refusals.tell(
          "{0}: a connection of {1} is closed: {2}", server.localAddress(), address, refusal);
      return false;
    }
    connection.closeFuture().addListener(closed -> leave(address));
    connection
        .pipeline()
        .addFirst(
            new FirstRequest(limits.headerMillis()),
            new FirstBytes(limits, upgrades),
            new UnfinishedFrame(limits.headerMillis()),
            new HeaderBlocks(limits.maxHeaderBytes()));
    return true;
  }

  /** Counts a connection; answers why it cannot be, null when it can. */
  private synchronized @Nullable String enter(Object address) {
    int ofAddress = perAddress.getOrDefault(address, 0);
    if (open >= maxConnections) {
      return "%d are open (expected: at most %d, max-connections or a third of the process's file descriptors)"
          .formatted(open, maxConnections);
    }
    if (ofAddress >= maxOfAddress) {
      return "%d of that address are open (expected: at most %d, max-connections-per-address or its share of the process's file descriptors)"
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

  private static Object address(Channel connection) {
    return connection.remoteAddress() instanceof InetSocketAddress remote
        ? remote.getAddress()
        : String.valueOf(connection.remoteAddress());
  }
}
