package io.purpledb.support;

import io.purpledb.config.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** Members on the loopback address whose ports are free: below those that clients are given. */
public final class ClusterPorts {

  private static final String HOST = "127.0.0.1";
  private static final int LOWEST = 15_000;
  private static final int HIGHEST = 32_000;

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

  /** As in the setting {@code cluster-members}. */
  public static String text(List<Member> members) {
    return members.stream().map(Member::id).collect(Collectors.joining(","));
  }

  private static boolean isFree(Member member) {
    for (int i = 0; i < Member.PORTS; i++) {
      try {
        new ServerSocket(member.port() + i, 1, InetAddress.getLoopbackAddress()).close();
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
