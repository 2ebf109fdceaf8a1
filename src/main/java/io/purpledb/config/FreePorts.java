package io.purpledb.config;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Whether a member can listen on its ports, looked for before anything is begun that would say it
 * in its own way: with a stack trace, and with the name of no port.
 */
public final class FreePorts {

  private FreePorts() {}

  /**
   * Fails as wrong surroundings when another process has a port that every member listens on.
   *
   * @throws UnknownHostException when this machine has no address
   */
  public static void checkMember(Member self) throws UnknownHostException {
    InetAddress address = OwnAddress.of(self);
    check(self, address, self.busPort(), "event bus");
    check(self, address, self.membershipPort(), "membership");
    check(self, address, self.watchPort(), "watching");
  }

  /**
   * The same for the port of one that has a copy of the data.
   *
   * @throws UnknownHostException when this machine has no address
   */
  public static void checkReplica(Member self) throws UnknownHostException {
    check(self, OwnAddress.of(self), self.replicationPort(), "copies of the data");
  }

  private static void check(Member self, InetAddress address, int port, String what) {
    try {
      new ServerSocket(port, 1, address).close();
    } catch (IOException e) {
      throw StartFailure.wrongSurroundings(
          "cluster-self: %s: port %d (%s) on %s %s (expected: free ports from %d to %d)"
              .formatted(
                  self.id(),
                  port,
                  what,
                  address.getHostAddress(),
                  reason(e),
                  self.port(),
                  self.port() + Member.PORTS - 1),
          e);
    }
  }

  private static String reason(IOException e) {
    String text = String.valueOf(e.getMessage());
    return e instanceof BindException && text.toLowerCase(Locale.ROOT).contains("already in use")
        ? "is taken by another process"
        : "cannot be listened on: " + text;
  }
}
