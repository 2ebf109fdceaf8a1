package io.purpledb.conformance;

import io.purpledb.support.Door;
import io.purpledb.support.DoorType;
import io.purpledb.support.Engine;
import io.purpledb.support.TimeMachine;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Stream;

/** One cell of the matrix: a door of shared servers that keep their data in an engine. */
record Cell(DoorType type, Engine engine, Servers servers) {

  /** Runs every cell of clusters: the profile cluster-long sets it. */
  private static final boolean ALL_OF_CLUSTERS = Boolean.getBoolean("purple.cluster.cells.all");

  /** Every door on every engine; of clusters those that differ most, unless all are asked for. */
  static Stream<Cell> all() {
    return Arrays.stream(Servers.values())
        .flatMap(
            servers ->
                Arrays.stream(Engine.values())
                    .flatMap(
                        engine ->
                            Arrays.stream(DoorType.values())
                                .map(type -> new Cell(type, engine, servers))))
        .filter(Cell::isRun);
  }

  private boolean isRun() {
    return switch (servers) {
      case ONE -> true;
      case SPREAD -> ALL_OF_CLUSTERS || engine == Engine.MEMORY;
      // A guest on the event bus does not choose a node.
      default -> ALL_OF_CLUSTERS && type != DoorType.BUS;
    };
  }

  /** What a user of this cell can do. What is called is recorded for the report. */
  Door door() {
    return Recorded.door(this, door(type));
  }

  /** Any door of the same servers. */
  Door door(DoorType any) {
    return servers.isCluster()
        ? servers.door(SharedClusters.of(engine), any)
        : SharedServers.of(engine).door(any);
  }

  /** The port of the HTTP door on this machine. */
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
