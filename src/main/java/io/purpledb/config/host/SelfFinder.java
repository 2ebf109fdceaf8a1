package io.purpledb.config.host;

import io.purpledb.config.Member;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds which member this server is: the one that has the name of this machine, else one with an
 * address of it; among several on one machine the first that nobody has taken.
 *
 * <p>Servers that start at the same moment must not find the same member. So a server claims its
 * member by the UDP port of the member's base port, which nothing else uses: it can be bound once,
 * and the claim ends with the process.
 */
public final class SelfFinder {

  /** The claims of this process, held until it ends. */
  private static final Map<Member, DatagramSocket> CLAIMS = new ConcurrentHashMap<>();

  private final String machine;
  private final Predicate<String> isLocal;
  private final Predicate<Member> claim;

  public SelfFinder() {
    this(machineName(), SelfFinder::isLocal, SelfFinder::claim);
  }

  /**
   * @param machine the name of this machine
   * @param isLocal whether a host is this machine
   * @param claim takes a member if it is free
   */
  public SelfFinder(String machine, Predicate<String> isLocal, Predicate<Member> claim) {
    this.machine = firstLabel(machine);
    this.isLocal = isLocal;
    this.claim = claim;
  }

  /**
   * The member that this server is; null when none is on this machine. When all that are here are
   * taken it is the first of them, and the start then says which port is taken.
   */
  public @Nullable Member find(List<Member> members) {
    List<Member> here = named(members);
    if (here.isEmpty()) {
      here = members.stream().filter(member -> isLocal.test(member.host())).toList();
    }
    for (Member member : here) {
      if (claim.test(member)) {
        return member;
      }
    }
    return here.isEmpty() ? null : here.get(0);
  }

  /** Asked first, as it needs no DNS: in Kubernetes the names of the other pods come later. */
  private List<Member> named(List<Member> members) {
    return members.stream()
        .filter(member -> firstLabel(member.host()).equalsIgnoreCase(machine))
        .toList();
  }

  private static String firstLabel(String host) {
    int dot = host.indexOf('.');
    boolean address = host.isEmpty() || Character.isDigit(host.charAt(0)) || host.contains(":");
    return dot < 0 || address ? host : host.substring(0, dot);
  }

  private static String machineName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** Whether a member is on this machine. */
  static boolean isHere(Member member) {
    return isLocal(member.host()) || firstLabel(member.host()).equalsIgnoreCase(machineName());
  }

  /** Whether this process has a member. */
  static boolean isClaimed(Member member) {
    return CLAIMS.containsKey(member);
  }

  private static boolean isLocal(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (IOException e) {
      return false;
    }
  }

  /** Takes a member for this process; false when another one has it or listens on its ports. */
  public static synchronized boolean claim(Member member) {
    if (CLAIMS.containsKey(member)) {
      return true;
    }
    try {
      InetAddress host = bindable(member.host());
      DatagramSocket held = new DatagramSocket(new InetSocketAddress(host, member.port()));
      if (!portsAreFree(host, member)) {
        held.close();
        return false;
      }
      CLAIMS.put(member, held);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static InetAddress bindable(String host) throws IOException {
    try {
      return isLocal(host) ? InetAddress.getByName(host) : new InetSocketAddress(0).getAddress();
    } catch (UnknownHostException e) {
      return new InetSocketAddress(0).getAddress();
    }
  }

  private static boolean portsAreFree(InetAddress host, Member member) {
    List<ServerSocket> bound = new ArrayList<>();
    try {
      for (int i = 0; i < Member.PORTS; i++) {
        bound.add(new ServerSocket(member.port() + i, 1, host));
      }
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      bound.forEach(SelfFinder::close);
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException("a listening socket that nobody uses cannot be closed", e);
    }
  }
}
