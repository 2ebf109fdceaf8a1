package io.purpledb.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster that a server is a node of.
 *
 * @param members all nodes, the same list on each; more than half of them make a majority
 * @param self which of them this server is
 * @param selfGiven whether that was said, else the server has found it out
 * @param diskOwner the one that keeps the files of services on disk
 * @param tls how the nodes encrypt and authenticate; null when they do not
 */
public record ClusterConfig(
    List<Member> members,
    Member self,
    boolean selfGiven,
    Member diskOwner,
    @Nullable ClusterTls tls) {

  public ClusterConfig {
    members = List.copyOf(members);
  }

  /** How many members must be there to serve. */
  public int majority() {
    return members.size() / 2 + 1;
  }
}
