package io.purpledb.conformance;

import io.purpledb.message.Operation;
import io.purpledb.support.BackendType;
import io.purpledb.support.client.Protocol;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.time.TimeMachine;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Stream;

/** One cell of the matrix: a protocol of shared servers that keep their data in an engine. */
record Cell(Protocol type, BackendType engine, Servers servers) {

  /** Which cells run: the profiles long and exhaustive of the build choose others. */
  private static final String CHOICE = System.getProperty("purple.cells", "usual");

  /**
   * The usual ones are every protocol on every engine of one server (on Redis every protocol in one
   * layout, and the other by one protocol), and one of a cluster. {@code spread} are those of
   * clusters that differ most, {@code all} are all.
   */
  static Stream<Cell> all() {
    return Arrays.stream(Servers.values())
        .flatMap(
            servers ->
                Arrays.stream(BackendType.values())
                    .flatMap(
                        engine ->
                            Arrays.stream(Protocol.values())
                                .map(type -> new Cell(type, engine, servers))))
        .filter(Cell::isRun);
  }

  /** Whether a class is run in this cell; usually only those about a service are in a cluster. */
  boolean isFor(OnEveryCell what) {
    boolean isService =
        Operation.ALL.stream().anyMatch(operation -> operation.service().equals(what.value()));
    return !servers.isCluster() || (what.inClusters() && (isService || isThorough()));
  }

  /** Whether everything is to be tried, however long it takes: not in the build of every day. */
  boolean isThorough() {
    return !CHOICE.equals("usual");
  }

  /**
   * How many turns to take instead of many: an eighth of them, at least one, in the usual cell of a
   * cluster, where each takes long.
   */
  int turns(int many) {
    return servers.isCluster() && !isThorough() ? Math.max(1, many / 8) : many;
  }

  private boolean isRun() {
    boolean replicated = servers == Servers.SPREAD && engine == BackendType.MEMORY;
    if (type == Protocol.HTTP2) { // the same server as that of HTTP, which has all cells
      return engine == BackendType.MEMORY && servers == Servers.ONE && !CHOICE.equals("usual");
    }
    if (engine == BackendType.REDIS_2 && !CHOICE.equals("all")) {
      return servers == Servers.ONE && type == Protocol.HTTP && CHOICE.equals("usual");
    }
    return switch (CHOICE) {
      case "usual" -> servers == Servers.ONE || (replicated && type == Protocol.HTTP);
      case "spread" -> replicated;
      // A guest on the event bus does not choose a node.
      case "all" -> servers == Servers.ONE || servers == Servers.SPREAD || type != Protocol.BUS;
      default -> throw new IllegalArgumentException("purple.cells: " + CHOICE);
    };
  }

  /** Lets the servers of a cluster start, which takes long, while tests of other cells run. */
  void startServers() {
    Thread starter = new Thread(() -> SharedClusters.of(engine), "start " + this);
    starter.setDaemon(true);
    starter.start();
  }

  /** What a user of this cell can do. What is called is recorded for the report. */
  ServiceClient client() {
    return Recorded.client(this, client(type));
  }

  /** Any protocol of the same servers. */
  ServiceClient client(Protocol any) {
    return servers.isCluster()
        ? servers.client(SharedClusters.of(engine), any)
        : SharedServers.of(engine).client(any);
  }

  /** The port of the HTTP server on this machine. */
  int httpPort() {
    return servers.isCluster()
        ? SharedClusters.of(engine).httpPort(servers.node())
        : SharedServers.of(engine).httpPort();
  }

  TimeMachine time() {
    return servers.isCluster() ? SharedClusters.of(engine).time() : SharedServers.timeOf(engine);
  }

  /** A key that nobody has used. */
  String newKey() {
    return "key-" + UUID.randomUUID();
  }

  @Override
  public String toString() {
    return type + " × " + engine + servers;
  }
}
