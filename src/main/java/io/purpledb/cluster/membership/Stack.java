package io.purpledb.cluster.membership;

import io.purpledb.cluster.bus.BusTable;
import io.purpledb.config.Member;
import java.net.InetAddress;
import java.util.List;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.fork.UnknownForkHandler;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FORK;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.RSVP;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.util.DefaultThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The JGroups stack that tells who is there. An ended process is seen at once, by its closed
 * connection; a node that went silent after {@link #SILENT_MILLIS}; two halves find each other
 * within {@link #MERGE_MILLIS} of being able to. Nagle's algorithm is off: with it on, every tenth
 * message waits 40 ms.
 */
public final class Stack {

  private static final long SILENT_MILLIS = 3_000;
  private static final long HEARTBEAT_MILLIS = 1_000;
  private static final long MERGE_MILLIS = 3_000;

  /** How often a node that sees all members looks for others. */
  private static final long ALL_HERE_MILLIS = 15_000;

  private static final long JOIN_MILLIS = 500;
  private static final int CONNECT_MILLIS = 500;

  /** Who has not answered by then has been found silent, and is not waited for. */
  private static final long ACK_MILLIS = SILENT_MILLIS + 2_000;

  /**
   * Who lost a message that waits for acknowledgements is asked again; 0 would ask in a busy loop.
   */
  private static final long RESEND_MILLIS = 2_000;

  /** What was sent over a connection that broke is missed and asked for after so long. */
  private static final long XMIT_MILLIS = 1_000;

  /** How old the time may be that connections take for now; twice a second by default. */
  private static final long CLOCK_MILLIS = 2_000;

  private Stack() {}

  /**
   * A channel that is not connected yet.
   *
   * @param name the name of this node among the others
   * @param self the member that this node is; its ports are taken. Null for a guest on any port
   * @param address the address of this machine to listen on
   */
  public static JChannel channel(
      String name, @Nullable Member self, InetAddress address, List<Member> members)
      throws Exception {
    TCP tcp = new TCP();
    tcp.setBindAddress(address)
        .setBindPort(self == null ? GuestPorts.find(address) : self.membershipPort())
        .setPortRange(0)
        .setBundlerType(MemberBundler.class.getName())
        .setThreadFactory(
            new DefaultThreadFactory("", true, true)); // a guest may end without a word
    tcp.setTimeServiceInterval(CLOCK_MILLIS);
    tcp.tcpNodelay(true).setSockConnTimeout(CONNECT_MILLIS).setLinger(-1);
    NAKACK2 multicast = new NAKACK2().useMcastXmit(false).setXmitInterval(XMIT_MILLIS);
    multicast.setResendLastSeqno(true);
    GMS membership = new GMS().setJoinTimeout(JOIN_MILLIS).setLeaveTimeout(1_000);
    membership.printLocalAddress(false);
    JChannel channel =
        new JChannel(
            tcp,
            new MemberPing(members),
            new MemberMerge(members, MERGE_MILLIS, ALL_HERE_MILLIS),
            new MemberWatch(address),
            new FD_ALL3().setTimeout(SILENT_MILLIS).setInterval(HEARTBEAT_MILLIS),
            new VERIFY_SUSPECT2().setTimeout(250),
            multicast,
            new UNICAST3().setXmitInterval(XMIT_MILLIS).setConnCloseTimeout(5_000),
            new STABLE().setDesiredAverageGossip(5_000).setMaxBytes(1 << 20),
            membership,
            new UFC().setMaxCredits(4 << 20).setMinThreshold(0.4),
            new MFC().setMaxCredits(4 << 20).setMinThreshold(0.4),
            new FRAG4().setFragSize(60_000),
            new RSVP()
                .setTimeout(ACK_MILLIS)
                .setResendInterval(RESEND_MILLIS)
                .throwExceptionOnTimeout(false),
            fork());
    channel.setName(name);
    return channel;
  }

  /** Where {@link BusTable} goes in; what comes before a node listens there, it is told again. */
  private static FORK fork() {
    FORK fork = new FORK();
    fork.setUnknownForkHandler(
        new UnknownForkHandler() {
          @Override
          public @Nullable Object handleUnknownForkStack(Message message, String id) {
            return null;
          }

          @Override
          public @Nullable Object handleUnknownForkChannel(Message message, String id) {
            return null;
          }
        });
    return fork;
  }
}
