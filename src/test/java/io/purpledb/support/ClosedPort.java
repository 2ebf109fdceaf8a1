package io.purpledb.support;

import io.purpledb.support.client.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;

/** A port on which a server stops to listen. */
public final class ClosedPort {

  private ClosedPort() {}

  /**
   * Connects now and then until it is refused, not all the time: the ports of the machine would be
   * in use for a minute, one for each try.
   */
  public static void await(int port) {
    Await.until(() -> isClosed(port));
  }

  /**
   * Whether a connection is refused. One that waits to be accepted when the port is closed is reset
   * instead; the next one is refused.
   */
  private static boolean isClosed(int port) {
    try {
      new Socket(InetAddress.getLoopbackAddress(), port).close();
      return false;
    } catch (ConnectException refused) {
      return true;
    } catch (SocketException reset) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
