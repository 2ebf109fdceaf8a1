package io.purpledb.cluster.membership;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds a port for a guest's membership: any free one whose next one is free as well, as members
 * watch there whether the guest lives. A guest that they could not watch they would take for dead.
 */
final class GuestPorts {

  private static final int ATTEMPTS = 100;

  private GuestPorts() {}

  /**
   * The first of two free ports.
   *
   * @param address to listen on
   */
  static int find(InetAddress address) throws IOException {
    return find(address, () -> any(address));
  }

  /** The same with the ports to try. */
  static int find(InetAddress address, IntSupplier candidates) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = candidates.getAsInt();
      if (isFree(port, address) && isFree(port + 1, address)) {
        return port;
      }
    }
    throw new BindException("no two ports in a row are free");
  }

  private static int any(InetAddress address) {
    try (ServerSocket socket = new ServerSocket(0, 1, address)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      return 0;
    }
  }

  private static boolean isFree(int port, @Nullable InetAddress address) {
    if (port <= 0 || port > 65_535) {
      return false;
    }
    try (ServerSocket socket = new ServerSocket(port, 1, address)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
