package io.purpledb.config;

import java.util.List;

/**
 * One node of a cluster. It listens for the other nodes on four ports from its base port on.
 *
 * @param host a name or an address that the other nodes reach it by
 * @param port the base port
 */
public record Member(String host, int port) {

  /** How many ports a member takes, from its base port on. */
  public static final int PORTS = 4;

  /**
   * Reads members as they are written in the setting {@code cluster-members}.
   *
   * @throws IllegalArgumentException when they cannot be read
   */
  public static List<Member> listOf(String text) {
    List<Member> members = MemberText.members(text);
    if (members == null) {
      throw new IllegalArgumentException(text + " (expected: " + MemberText.EXPECTED + ")");
    }
    return members;
  }

  /** The name of this node in logs, in the file system and among the others: {@code host:port}. */
  public String id() {
    return host + ":" + port;
  }

  /** Where the replicas of the data talk to each other. */
  public int replicationPort() {
    return port;
  }

  /** Where the event bus of the others sends messages. */
  public int busPort() {
    return port + 1;
  }

  /** Where the nodes find each other and tell who is there. */
  public int membershipPort() {
    return port + 2;
  }

  /** Where the nodes watch each other for an end of the process. */
  public int watchPort() {
    return port + 3;
  }

  @Override
  public String toString() {
    return id();
  }
}
