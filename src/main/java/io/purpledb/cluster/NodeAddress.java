package io.purpledb.cluster;

import io.purpledb.config.Member;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/** The address of this machine that a guest listens on. */
final class NodeAddress {

  private static final System.Logger LOG = System.getLogger(NodeAddress.class.getName());

  private NodeAddress() {}

  /** The address by which this machine reaches the first member that has a name known here. */
  static InetAddress towards(List<Member> members) throws UnknownHostException {
    for (Member member : members) {
      try (DatagramSocket socket = new DatagramSocket()) {
        InetSocketAddress there = new InetSocketAddress(member.host(), member.port());
        if (!there.isUnresolved()) {
          socket.connect(there); // sends nothing
          return socket.getLocalAddress();
        }
      } catch (IOException | java.io.UncheckedIOException e) {
        LOG.log(System.Logger.Level.DEBUG, member + ": " + e.getMessage());
      }
    }
    return InetAddress.getLocalHost();
  }
}
