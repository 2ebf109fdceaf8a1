package io.purpledb.support.process;

import io.purpledb.config.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Ports on the loopback address that stay free until they are used, and while who listens there is
 * away: below those that the system gives away, and of a half that this process of tests has alone.
 */
public final class ClusterPorts {

  private static final String HOST = "127.0.0.1";
  private static final int HALF = 8_500;
  private static final int LOWEST = 15_000 + HALF * (Integer.getInteger("purple.process", 1) - 1);
  private static final int HIGHEST = LOWEST + HALF;

  private ClusterPorts() {}

  /** Some members, each with its own free ports. */
  public static List<Member> members(int count) {
    List<Member> members = new ArrayList<>();
    while (members.size() < count) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST) / 10 * 10;
      Member member = new Member(HOST, port);
      if (!members.contains(member) && isFree(member)) {
        members.add(member);
      }
    }
    return List.copyOf(members);
  }

  /** A port. */
  public static int port() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      if (isFree(port)) {
        return port;
      }
    }
  }

  /** As in the setting {@code cluster-members}. */
  public static String text(List<Member> members) {
    return members.stream().map(Member::id).collect(Collectors.joining(","));
  }

  private static boolean isFree(Member member) {
    for (int i = 0; i < Member.PORTS; i++) {
      if (!isFree(member.port() + i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFree(int port) {
    try {
      new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
