package io.purpledb.config.host;

import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Member;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

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
  public static void checkMember(ClusterConfig cluster) throws UnknownHostException {
    Member self = cluster.self();
    InetAddress address = OwnAddress.of(self);
    check(cluster, address, self.busPort(), "event bus");
    check(cluster, address, self.membershipPort(), "membership");
    check(cluster, address, self.watchPort(), "watching");
  }

  /**
   * The same for the port of one that has a copy of the data.
   *
   * @throws UnknownHostException when this machine has no address
   */
  public static void checkReplica(ClusterConfig cluster) throws UnknownHostException {
    Member self = cluster.self();
    check(cluster, OwnAddress.of(self), self.replicationPort(), "copies of the data");
  }

  private static void check(ClusterConfig cluster, InetAddress address, int port, String what) {
    try {
      new ServerSocket(port, 1, address).close();
    } catch (IOException e) {
      String taken =
          "port %d (%s) on %s %s".formatted(port, what, address.getHostAddress(), reason(e));
      throw StartFailure.wrongSurroundings(failure(cluster, taken), e);
    }
  }

  /** Who starts one node too many has not said which it is to be: the setting is not to blame. */
  private static String failure(ClusterConfig cluster, String taken) {
    Member self = cluster.self();
    String free = "free ports from %d to %d".formatted(self.port(), self.port() + Member.PORTS - 1);
    if (cluster.selfGiven()) {
      return "cluster-self: %s: %s (expected: %s)".formatted(self.id(), taken, free);
    }
    if (SelfFinder.isClaimed(self)) {
      return "cluster-members: %s, which this node is: %s (expected: %s)"
          .formatted(self.id(), taken, free);
    }
    return "cluster-members: no node is left for this server, as other processes have ports of all on"
        + " this machine, %s: %s (expected: one that is free; stop a node first, or name one more in"
            .formatted(here(cluster.members()), taken)
        + " cluster-members of all nodes)";
  }

  private static String here(List<Member> members) {
    return members.stream()
        .filter(SelfFinder::isHere)
        .map(Member::id)
        .collect(Collectors.joining(", "));
  }

  private static String reason(IOException e) {
    String text = String.valueOf(e.getMessage());
    return e instanceof BindException && text.toLowerCase(Locale.ROOT).contains("already in use")
        ? "is taken by another process"
        : "cannot be listened on: " + text;
  }
}
