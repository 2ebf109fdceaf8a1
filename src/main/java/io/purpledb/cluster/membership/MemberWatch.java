package io.purpledb.cluster.membership;

import java.net.InetAddress;
import org.jgroups.blocks.cs.NioServer;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.FD_SOCK2;

/**
 * Members keep a connection to each other, whose end tells that the process has ended. JGroups'
 * protocol, with a server that listens where the member does, and whom a stranger costs nothing:
 * see {@link WatchServer}.
 */
final class MemberWatch extends FD_SOCK2 {

  /**
   * What listens on the port after the membership's.
   *
   * @param address of this machine
   */
  MemberWatch(InetAddress address) {
    setId(ClassConfigurator.getProtocolId(FD_SOCK2.class));
    setBindAddress(address);
    setOffset(1);
    setPortRange(0); // others look at no other port
  }

  @Override
  protected NioServer createServer(int[] ports) {
    try {
      return new WatchServer(getThreadFactory(), getSocketFactory(), bind_addr, ports[0], timer);
    } catch (Exception e) {
      throw new IllegalStateException("port " + ports[0] + ": " + e.getMessage(), e);
    }
  }
}
