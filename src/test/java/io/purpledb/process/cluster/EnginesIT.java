package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.support.client.Await;
import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.NodeProcess;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three nodes whose data is in files of one of them, or in Redis. */
@Tag("long")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EnginesIT {

  @Test
  void losesNothingWhenTheOwnerOfTheFilesIsKilled() {
    try (ClusterProcesses cluster = Clusters.start("disk", "--backend", "disk")) {
      NodeProcess owner = cluster.node(0);
      for (int round = 0; round < Clusters.rounds(); round++) {
        Trial.under(
            cluster,
            trial -> {
              owner.kill();
              for (NodeProcess other : cluster.others(owner)) {
                Await.refusal(Kind.UNAVAILABLE, other.http().counterIncrement("hits", 1));
                Await.refusal(Kind.UNAVAILABLE, other.grpc().counterGet("hits"));
                assertThat(other.isReady()).isFalse();
              }
              owner.start();
            });
      }
    }
  }

  @Test
  void servesFromRedisThroughAnyNode() {
    try (RedisProcess redis = RedisForTests.start();
        ClusterProcesses cluster =
            Clusters.start("redis", "--backend", "redis", "--redis-url", redis.url())) {
      Trial.under(cluster, Trial::awaitMoreAnswers);
      Trial.under(
          cluster,
          trial -> {
            cluster.node(0).kill();
            trial.awaitMoreAnswers();
            cluster.start();
          });
    }
  }
}
