package io.purpledb.support;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;

/** A port on which a server stops to listen. */
public final class ClosedPort {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ClosedPort() {}

  /**
   * Connects until it is refused. A connection that waits to be accepted when the port is closed is
   * reset instead; the next one is refused.
   */
  public static void await(int port) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
      } catch (ConnectException refused) {
        return;
      } catch (SocketException reset) {
        // the next one, then
      }
    }
    throw new AssertionError("port %d is open after %s".formatted(port, PATIENCE));
  }
}
