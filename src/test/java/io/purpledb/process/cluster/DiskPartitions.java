package io.purpledb.process.cluster;

import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.NodeNetwork;
import io.purpledb.support.process.NodeProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * As {@link Partitions}, but the data is in files of the first node. Run by {@link PartitionIT}.
 */
@TestInstance(Lifecycle.PER_CLASS)
class DiskPartitions {

  private static final int NODES = 3;

  private final NodeNetwork network = new NodeNetwork(NODES);
  private final ClusterProcesses cluster =
      Clusters.start("disk-partitions", network.places(), "--backend", "disk");

  @BeforeEach
  void mend() {
    network.heal();
    cluster.start();
  }

  @AfterAll
  void close() {
    cluster.close();
    network.close();
  }

  @Test
  void whoIsCutOffFromTheOwnerRefuses() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(
          cluster,
          trial -> {
            NodeProcess alone = cluster.node(NODES - 1);
            long cut = System.nanoTime();
            network.isolate(cluster.nodes().indexOf(alone));
            trial.awaitNoErrors(cluster.others(alone), cut);
            cluster.await("not ready: " + alone, () -> !alone.isReady());
            Refusing.all(alone);
            trial.awaitMoreAnswers();
            network.heal();
          });
    }
  }

  @Test
  void nobodyServesWhenTheOwnerIsAlone() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(
          cluster,
          trial -> {
            network.isolate(0);
            for (NodeProcess node : cluster.nodes()) {
              cluster.await("not ready: " + node, () -> !node.isReady());
              Refusing.all(node);
            }
            network.heal();
          });
    }
  }
}
