package io.purpledb.process.cluster;

import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Clusters for tests. */
final class Clusters {

  private static final int NODES = 3;

  private Clusters() {}

  /** How often a fault happens: once, or as the system property purple.cluster.rounds says. */
  static int rounds() {
    return Integer.getInteger("purple.cluster.rounds", 1);
  }

  /** Starts three nodes on this machine; their logs stay in target/clusters. */
  static ClusterProcesses start(String test, String... settings) {
    return start(test, Place.onLoopback(NODES), settings);
  }

  /** Starts nodes at some places. */
  static ClusterProcesses start(String test, List<Place> places, String... settings) {
    return ClusterProcesses.of(newDirectory(test), places, settings).startOrClose();
  }

  private static Path newDirectory(String test) {
    Path directory = Path.of("target", "clusters", test).toAbsolutePath();
    try {
      if (Files.exists(directory)) {
        try (Stream<Path> old = Files.walk(directory)) {
          for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
      return Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
