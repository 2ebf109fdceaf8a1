package io.purpledb.support.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Hosts with two networks, as far as Linux can tell: one where clients come from, one where the
 * hosts talk to each other, which can be cut between any two of them. A cut is silent: packets
 * vanish, nobody is told. To be used in a {@link PrivateNetwork}.
 *
 * <p>Each host is a network namespace, held by a process that waits on its input, which ends with
 * this JVM. Each network is a bridge. Two hosts are cut by telling each a wrong hardware address of
 * the other.
 */
public final class NodeNetwork implements AutoCloseable {

  private static final String NOWHERE = "02:00:00:00:ff:ff";
  private static final int HTTP_PORT = 8080;
  private static final int GRPC_PORT = 8081;
  private static final int MEMBER_PORT = 7800;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final List<Process> hosts = new ArrayList<>();

  /** Makes the hosts and connects them. */
  public NodeNetwork(int count) {
    List<String> bridges = new ArrayList<>(List.of("link set lo up"));
    for (String network : List.of("clients", "nodes")) {
      bridges.add("link add " + network + " type bridge");
      bridges.add("link set " + network + " up");
    }
    bridges.add("addr add 10.77.0.254/24 dev clients");
    ip(List.of(), bridges);
    for (int i = 0; i < count; i++) {
      addHost(i);
    }
  }

  private void addHost(int index) {
    Process host = hold();
    hosts.add(host);
    ip(
        List.of(),
        List.of(
            "link add c%d type veth peer name clients netns %d".formatted(index, host.pid()),
            "link add n%d type veth peer name nodes address %s netns %d"
                .formatted(index, hardware(index), host.pid()),
            "link set c%d master clients up".formatted(index),
            "link set n%d master nodes up".formatted(index)));
    ip(
        inside(index),
        List.of(
            "link set lo up",
            "addr add 10.77.0.%d/24 dev clients".formatted(index + 1),
            "link set clients up",
            "addr add %s/24 dev nodes".formatted(address(index)),
            "link set nodes up"));
  }

  /** Where nodes can be started, one on each host. */
  public List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < hosts.size(); i++) {
      places.add(
          new Place(
              "10.77.0." + (i + 1),
              HTTP_PORT,
              GRPC_PORT,
              address(i) + ":" + MEMBER_PORT,
              inside(i)));
    }
    return places;
  }

  /** From now on nothing of one host reaches the other, in both directions. */
  public void cut(int one, int other) {
    cutOneWay(one, other);
    cutOneWay(other, one);
  }

  /** From now on nothing that a host sends to the other arrives. */
  public void cutOneWay(int from, int to) {
    ip(
        inside(from),
        List.of(
            "neigh replace %s lladdr %s nud permanent dev nodes".formatted(address(to), NOWHERE)));
  }

  /** From now on a host reaches no other one. */
  public void isolate(int one) {
    for (int other = 0; other < hosts.size(); other++) {
      if (other != one) {
        cut(one, other);
      }
    }
  }

  /** Undoes all cuts. */
  public void heal() {
    for (int from = 0; from < hosts.size(); from++) {
      List<String> commands = new ArrayList<>();
      for (int to = 0; to < hosts.size(); to++) {
        if (to != from) {
          commands.add(
              "neigh replace %s lladdr %s nud permanent dev nodes"
                  .formatted(address(to), hardware(to)));
        }
      }
      ip(inside(from), commands);
    }
  }

  @Override
  public void close() {
    hosts.forEach(Process::destroy);
    ip(List.of(), List.of("link del clients", "link del nodes"));
  }

  private List<String> inside(int index) {
    return List.of("nsenter", "--net", "--target", "" + hosts.get(index).pid());
  }

  private static String address(int index) {
    return "10.78.0." + (index + 1);
  }

  private static String hardware(int index) {
    return "02:00:00:00:00:%02x".formatted(index + 1);
  }

  private static Process hold() {
    try {
      Process host = new ProcessBuilder("unshare", "--net", "cat").start();
      Path ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
      while (Files.readSymbolicLink(Path.of("/proc/" + host.pid() + "/ns/net")).equals(ours)) {
        LockSupport.parkNanos(POLL_NANOS);
      }
      return host;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs commands of ip, one a line; fails with what it says. */
  private static void ip(List<String> inside, List<String> commands) {
    List<String> command = new ArrayList<>(inside);
    command.addAll(List.of("ip", "-batch", "-"));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var input = process.getOutputStream()) {
        input.write(String.join("\n", commands).getBytes(StandardCharsets.UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(commands + ": " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
