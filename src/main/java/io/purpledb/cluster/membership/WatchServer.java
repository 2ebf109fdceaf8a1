package io.purpledb.cluster.membership;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jgroups.blocks.cs.NioConnection;
import org.jgroups.blocks.cs.NioServer;
import org.jgroups.logging.LogFactory;
import org.jgroups.util.SocketFactory;
import org.jgroups.util.ThreadFactory;
import org.jgroups.util.TimeScheduler;
import org.jspecify.annotations.Nullable;

/**
 * The server of {@link MemberWatch}. JGroups' own takes memory for whatever length a message
 * claims, and keeps any number of connections that never say who they are. Nothing is asked for a
 * certificate here, so both are open to whoever reaches the port.
 */
final class WatchServer extends NioServer {

  /** Theirs have a few hundred: two addresses and the name of the cluster. */
  private static final int MESSAGE_BYTES = 16 << 10;

  /** One of each member would do. */
  private static final int CONNECTIONS = 512;

  private static final int GREETING_MILLIS = 5_000;
  private static final int PAUSE_MILLIS = 100;

  private final TimeScheduler timer;

  WatchServer(
      ThreadFactory threads,
      SocketFactory sockets,
      InetAddress address,
      int port,
      TimeScheduler timer)
      throws Exception {
    super(threads, sockets, address, port, port, null, 0, 0, "purple.watch");
    this.timer = timer;
    log(LogFactory.getLog(NioServer.class)); // as quiet as that is
    setMaxLength(MESSAGE_BYTES);
  }

  @Override
  protected void handleAccept(SelectionKey key) throws Exception {
    SocketChannel accepted = accept();
    if (accepted == null) {
      return;
    }
    if (selector.keys().size() > CONNECTIONS) {
      accepted.close();
      return;
    }
    NioConnection connection = new NioConnection(accepted, this);
    connection.key(accepted.register(selector, SelectionKey.OP_READ, connection));
    var unused =
        timer.schedule(() -> endIfSilent(connection), GREETING_MILLIS, TimeUnit.MILLISECONDS);
  }

  private @Nullable SocketChannel accept() throws IOException {
    try {
      return getChannel().accept();
    } catch (IOException e) {
      pause(); // no descriptor is left: asked again at once, it would be a busy loop
      throw e;
    }
  }

  private static void endIfSilent(NioConnection connection) {
    if (connection.peerAddress() == null) {
      try {
        connection.close();
      } catch (IOException e) {
        // it is gone
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
