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
 * Three nodes on three hosts whose network is cut and mended. Clients reach every node all the
 * time. Run by {@link PartitionIT}.
 */
@TestInstance(Lifecycle.PER_CLASS)
class Partitions {

  private static final int NODES = 3;

  private final NodeNetwork network = new NodeNetwork(NODES);
  private final ClusterProcesses cluster =
      Clusters.start("partitions", network.places(), "--backend", "memory");

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
  void aLeaderAloneRefuses() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(cluster, trial -> isolate(trial, cluster.leader()));
    }
  }

  @Test
  void aFollowerAloneRefuses() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(cluster, trial -> isolate(trial, cluster.follower()));
    }
  }

  @Test
  void nobodyServesWhenAllAreAlone() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(
          cluster,
          trial -> {
            network.isolate(0);
            network.isolate(1);
            cluster.nodes().forEach(this::awaitRefusing);
            cluster.nodes().forEach(Refusing::all);
            network.heal();
          });
    }
  }

  private void isolate(Trial trial, NodeProcess alone) {
    long cut = System.nanoTime();
    network.isolate(cluster.nodes().indexOf(alone));
    trial.awaitNoErrors(cluster.others(alone), cut);
    awaitRefusing(alone);
    Refusing.all(alone);
    trial.awaitMoreAnswers();
    Refusing.all(alone);
    network.heal();
  }

  private void awaitRefusing(NodeProcess alone) {
    cluster.await("not ready: " + alone, () -> !alone.isReady());
  }
}
