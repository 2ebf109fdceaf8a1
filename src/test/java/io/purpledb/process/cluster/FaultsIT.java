package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.support.Callers;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.NodeProcess;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** Three nodes that share the memory backend, and what happens to machines and processes. */
@Tag("long")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class FaultsIT {

  private static final int EXIT_CODE_OF_SIGTERM = 128 + 15;
  private static final long PAUSE_MILLIS = 8_000;
  private static final long TTL_SECONDS = 2;

  private final ClusterProcesses cluster = Clusters.start("faults", "--backend", "memory");

  @BeforeAll
  void start() {
    cluster.awaitReady();
  }

  @BeforeEach
  void startWhatDoesNotRun() {
    cluster.start();
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  @Test
  void countsEveryIncrementOfManyCallers() {
    String key = newKey();
    int turns = 10;
    List<Long> sums =
        Callers.run(turns, (caller, turn) -> client(caller + turn).counterIncrement(key, 1));
    long total = (long) Callers.COUNT * turns;
    assertThat(sums)
        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, total).boxed().toList());
    for (int i = 0; i < 2 * cluster.nodes().size(); i++) {
      assertThat(Await.value(client(i).counterGet(key))).isEqualTo(total);
    }
  }

  @Test
  void everyReplyAboutASetWasItsState() {
    String key = newKey();
    int turns = 4;
    List<List<String>> replies =
        Callers.run(
            turns, (caller, turn) -> client(caller + turn).setAdd(key, caller + "." + turn));
    List<List<String>> states =
        replies.stream().sorted(Comparator.comparingInt(List::size)).toList();
    for (int i = 0; i < states.size(); i++) { // each state is the one before with one item more
      assertThat(states.get(i)).hasSize(i + 1).doesNotHaveDuplicates();
      assertThat(states.get(i)).containsAll(i == 0 ? List.of() : states.get(i - 1));
    }
    for (int i = 0; i < 2 * cluster.nodes().size(); i++) {
      assertThat(Await.value(client(i).setGet(key)))
          .containsExactlyInAnyOrderElementsOf(states.get(states.size() - 1));
    }
  }

  @Test
  void entriesExpireOnEveryNode() {
    for (NodeProcess node : cluster.nodes()) {
      String key = newKey();
      Await.value(node.http().cacheSet(key, "value", TTL_SECONDS));
      long set = System.nanoTime();
      for (int i = 0; i < 2 * cluster.nodes().size(); i++) {
        assertThat(Await.value(client(i).cacheGet(key))).isEqualTo("value");
      }
      assertThat(System.nanoTime() - set).isLessThan(TimeUnit.SECONDS.toNanos(TTL_SECONDS));
      while (System.nanoTime() - set < TimeUnit.SECONDS.toNanos(TTL_SECONDS)) {
        Crowd.sleep(1);
      }
      for (int i = 0; i < 2 * cluster.nodes().size(); i++) {
        Await.refusal(Kind.NOT_FOUND, client(i).cacheGet(key));
      }
    }
  }

  @Test
  void losesNothingWhenAFollowerIsKilled() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(cluster, trial -> killAndStart(trial, cluster.follower()));
    }
  }

  @Test
  void losesNothingWhenTheLeaderIsKilled() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(cluster, trial -> killAndStart(trial, cluster.leader()));
    }
  }

  @Test
  void losesNothingWhenTheLeaderStandsStill() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(cluster, this::pauseLeader);
    }
  }

  @Test
  void losesNothingWhenAllAreKilledAtOnce() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(
          cluster,
          trial -> {
            cluster.nodes().forEach(NodeProcess::kill);
            cluster.start();
          });
    }
  }

  @Test
  void clientsThatRetryOnceNoticeNothingOfARollingRestart() {
    for (int round = 0; round < Clusters.rounds(); round++) {
      Trial.under(
          cluster,
          trial -> {
            for (NodeProcess node : cluster.nodes()) {
              assertThat(node.stop()).isEqualTo(EXIT_CODE_OF_SIGTERM);
              trial.awaitMoreAnswers();
              cluster.start();
              trial.awaitNoErrors(cluster.nodes(), System.nanoTime()); // clients have noticed, too
            }
            assertThat(trial.crowd().refusedTwice()).as("refused by two nodes").isEmpty();
          });
    }
  }

  private void killAndStart(Trial trial, NodeProcess victim) {
    long killed = System.nanoTime();
    victim.kill();
    trial.awaitNoErrors(cluster.others(victim), killed);
    trial.awaitMoreAnswers();
    victim.start();
  }

  private void pauseLeader(Trial trial) {
    NodeProcess leader = cluster.leader();
    long paused = System.nanoTime();
    leader.pause();
    try {
      trial.awaitNoErrors(cluster.others(leader), paused);
      trial.awaitMoreAnswers();
      Crowd.sleep(
          Math.max(0, PAUSE_MILLIS - Duration.ofNanos(System.nanoTime() - paused).toMillis()));
    } finally {
      leader.resume();
    }
  }

  /** One of the clients of all nodes. */
  private ServiceClient client(int index) {
    int nodes = cluster.nodes().size();
    NodeProcess node = cluster.node(index % nodes);
    return index / nodes % 2 == 0 ? node.http() : node.grpc();
  }

  private static String newKey() {
    return "key-" + UUID.randomUUID();
  }
}
