package io.purpledb.backend.replicated.lead;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;

/** Gives the lead to the member that has most of the log, so that a stop costs no election. */
public final class LeadershipTransfer {

  private static final Logger LOG = System.getLogger(LeadershipTransfer.class.getName());

  /** A member that cannot take the lead by then will hardly do so. */
  private static final long TIMEOUT_MILLIS = 500;

  private final RaftServer server;
  private final RaftGroup group;
  private final ClientId client;

  public LeadershipTransfer(RaftServer server, RaftGroup group, ClientId client) {
    this.server = server;
    this.group = group;
    this.client = client;
  }

  /**
   * Tries the members one after the other. A member that asks for votes and does not get them has
   * ended this node's lead all the same; then the sooner it is gone, the sooner the others choose.
   */
  public void run() throws IOException {
    for (RaftPeerId successor : successors()) {
      if (!server.getDivision(group.getGroupId()).getInfo().isLeader() || to(successor)) {
        return;
      }
    }
  }

  public boolean to(RaftPeerId successor) throws IOException {
    RaftClientReply reply =
        server.transferLeadership(
            new TransferLeadershipRequest(
                client,
                server.getId(),
                group.getGroupId(),
                CallId.getAndIncrement(),
                successor,
                TIMEOUT_MILLIS));
    LOG.log(Level.DEBUG, () -> successor + " is to lead: " + reply);
    return reply.isSuccess();
  }

  private List<RaftPeerId> successors() throws IOException {
    Map<RaftPeerId, Long> committed =
        server.getDivision(group.getGroupId()).getCommitInfos().stream()
            .collect(
                Collectors.toMap(
                    info -> RaftPeerId.valueOf(info.getServer().getId()),
                    CommitInfoProto::getCommitIndex));
    return group.getPeers().stream()
        .map(peer -> peer.getId())
        .filter(peer -> !peer.equals(server.getId()))
        .sorted(Comparator.comparing(peer -> -committed.getOrDefault(peer, 0L)))
        .toList();
  }
}
