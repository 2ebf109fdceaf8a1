package io.purpledb.support.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Several nodes of one cluster, each a process of its own, as users would run them. */
public final class ClusterProcesses implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 50;
  private static final int SHOWN_LINES = 40;

  private final List<NodeProcess> nodes = new ArrayList<>();
  private final Thread lastResort = new Thread(this::killAll, "kill-nodes");

  private ClusterProcesses() {
    Runtime.getRuntime().addShutdownHook(lastResort); // no process outlives the tests
  }

  /**
   * A cluster of the packaged server, not yet started.
   *
   * @param directory the data of each node goes to a directory of its own in it
   * @param settings more options of the server, the same for all nodes
   */
  public static ClusterProcesses of(Path directory, List<Place> places, String... settings) {
    return of(directory, places, ServerProcess.packaged(), settings);
  }

  /** The same with the largest heap that each node may have, such as {@code 128m}. */
  public static ClusterProcesses withHeap(
      Path directory, List<Place> places, String heap, String... settings) {
    return of(directory, places, ServerProcess.packaged(heap), settings);
  }

  /** A cluster of nodes that another program runs. */
  public static ClusterProcesses of(
      Path directory, List<Place> places, List<String> program, String... settings) {
    String members = places.stream().map(Place::member).collect(Collectors.joining(","));
    ClusterProcesses cluster = new ClusterProcesses();
    for (Place place : places) {
      cluster.add(
          directory,
          place,
          program,
          List.of("--cluster", "--cluster-members", members, "--cluster-self", place.member()),
          settings);
    }
    return cluster;
  }

  /** Servers that know nothing of each other: what a test of the cluster must not accept. */
  public static ClusterProcesses apart(Path directory, List<Place> places, String... settings) {
    ClusterProcesses servers = new ClusterProcesses();
    for (Place place : places) {
      servers.add(directory, place, ServerProcess.packaged(), List.of(), settings);
    }
    return servers;
  }

  private void add(
      Path directory, Place place, List<String> program, List<String> cluster, String... settings) {
    Path home = directory.resolve("node-" + nodes.size());
    List<String> command = new ArrayList<>(place.inside());
    command.addAll(program);
    command.addAll(
        List.of(
            "--host",
            place.host(),
            "--http-port",
            "" + place.httpPort(),
            "--grpc-port",
            "" + place.grpcPort(),
            "--data-dir",
            home.resolve("data").toString()));
    command.addAll(cluster);
    command.addAll(Arrays.asList(settings));
    try {
      Files.createDirectories(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    nodes.add(new NodeProcess(place, home, command));
  }

  public List<NodeProcess> nodes() {
    return List.copyOf(nodes);
  }

  public NodeProcess node(int index) {
    return nodes.get(index);
  }

  /** Starts the nodes that do not run, all at once, and waits until all are ready. */
  public ClusterProcesses start() {
    nodes.stream().filter(node -> !node.isAlive()).forEach(NodeProcess::start);
    return awaitReady();
  }

  /** Starts all at once; when they do not become ready, none is left behind. */
  public ClusterProcesses startOrClose() {
    return closeUnless(this::start);
  }

  /**
   * Starts one after the other, which is slower, but a node is not made late by its neighbours when
   * much else runs on the machine. When they do not become ready, none is left behind.
   */
  public ClusterProcesses startInTurnOrClose() {
    return closeUnless(
        () -> {
          for (NodeProcess node : nodes) {
            node.start();
            await("an answer: " + node, () -> hasAnswered(node));
          }
          return awaitReady();
        });
  }

  private ClusterProcesses closeUnless(Supplier<ClusterProcesses> started) {
    try {
      return started.get();
    } catch (RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  /** Waits until every node says that it is ready. */
  public ClusterProcesses awaitReady() {
    nodes.forEach(node -> await("ready: " + node, () -> isReady(node)));
    return this;
  }

  private boolean isReady(NodeProcess node) {
    expectAlive(node);
    return node.isReady();
  }

  /** Whether its HTTP server answers; it need not see a majority. */
  private boolean hasAnswered(NodeProcess node) {
    expectAlive(node);
    return node.health().isPresent();
  }

  private void expectAlive(NodeProcess node) {
    if (!node.isAlive()) {
      throw new AssertionError(node + " has ended\n" + report());
    }
  }

  /** The node that leads, as the others say, too. */
  public NodeProcess leader() {
    await("one leader", () -> agreedLeaders().size() == 1);
    return agreedLeaders().get(0);
  }

  /** A node that does not lead. */
  public NodeProcess follower() {
    NodeProcess leader = leader();
    return nodes.stream().filter(node -> node != leader).findFirst().orElseThrow();
  }

  /** All but one. */
  public List<NodeProcess> others(NodeProcess one) {
    return nodes.stream().filter(node -> node != one).toList();
  }

  private List<NodeProcess> agreedLeaders() {
    List<String> named =
        nodes.stream()
            .filter(NodeProcess::isAlive)
            .map(node -> node.leader().orElse(""))
            .distinct()
            .toList();
    return named.size() == 1
        ? nodes.stream().filter(node -> node.id().equals(named.get(0))).toList()
        : List.of();
  }

  /** Waits for a state of the nodes; fails with what they have printed. */
  public void await(String what, BooleanSupplier reached) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not " + what + " within " + PATIENCE + "\n" + report());
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** The health and the last lines of each node. */
  public String report() {
    return nodes.stream()
        .map(
            node ->
                "=== %s: %s\n%s"
                    .formatted(
                        node,
                        node.health()
                            .map(answer -> answer.statusCode() + " " + answer.body())
                            .orElse("no answer"),
                        lastLines(node.output())))
        .collect(Collectors.joining("\n"));
  }

  private static String lastLines(String output) {
    List<String> lines = output.lines().filter(line -> !line.startsWith("\tat ")).toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
  }

  private void killAll() {
    nodes.stream().filter(NodeProcess::isAlive).forEach(NodeProcess::kill);
  }

  @Override
  public void close() {
    nodes.forEach(NodeProcess::close);
    Runtime.getRuntime().removeShutdownHook(lastResort);
  }
}
