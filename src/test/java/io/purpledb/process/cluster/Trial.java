package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.client.Await;
import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.NodeProcess;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cluster under load while something bad happens to it, and what must be true of it afterwards:
 * no acknowledged write is lost, the nodes agree, and all that clients were answered is what one
 * object would have answered.
 */
final class Trial {

  /** How soon clients of the nodes that are left must be served again. */
  static final Duration ERRORS_END = Duration.ofSeconds(10);

  private static final long QUIET_NANOS = Duration.ofMillis(1_500).toNanos();
  private static final int ASKING = 8;
  private static final int SOME_ANSWERS = 300;

  private final ClusterProcesses cluster;
  private final List<Subject<?>> subjects = Subjects.some(2);
  private final List<Deposits> deposits = Stream.generate(Deposits::new).limit(4).toList();
  private final Crowd crowd;

  private Trial(ClusterProcesses cluster, Crowd crowd) {
    this.cluster = cluster;
    this.crowd = crowd;
  }

  /** What happens. */
  interface Fault {
    void happen(Trial trial);
  }

  /** Lets it happen under load; all nodes must be ready again in the end. */
  static void under(ClusterProcesses cluster, Fault fault) {
    Trial trial;
    try (Crowd crowd = new Crowd(cluster.nodes())) {
      trial = new Trial(cluster, crowd);
      crowd.asking(ASKING, trial.subjects).depositing(trial.deposits);
      trial.awaitMoreAnswers();
      fault.happen(trial);
      cluster.awaitReady();
      trial.awaitNoErrors(cluster.nodes(), System.nanoTime());
      trial.awaitMoreAnswers();
    }
    trial.check();
  }

  Crowd crowd() {
    return crowd;
  }

  /** Waits until clients were answered some more times. */
  void awaitMoreAnswers() {
    long enough = crowd.answered() + SOME_ANSWERS;
    cluster.await("serving", () -> crowd.answered() >= enough);
  }

  /**
   * Waits until clients of some nodes get no errors any more; fails when this takes too long.
   *
   * @param since when the trouble began, in nanoseconds
   */
  void awaitNoErrors(Collection<NodeProcess> of, long since) {
    long begin = System.nanoTime();
    cluster.await(
        "without errors", () -> System.nanoTime() - Math.max(begin, lastError(of)) > QUIET_NANOS);
    assertThat(Duration.ofNanos(Math.max(0, lastError(of) - since)))
        .as("how long clients of %s got errors", of)
        .isLessThan(ERRORS_END);
  }

  private long lastError(Collection<NodeProcess> of) {
    return crowd.refused().stream()
        .filter(refused -> of.contains(refused.node()))
        .mapToLong(Crowd.Refused::nanos)
        .reduce(Long.MIN_VALUE / 2, Math::max);
  }

  private void check() {
    for (NodeProcess node : cluster.nodes()) {
      deposits.forEach(deposit -> deposit.check(node.grpc()));
      subjects.forEach(subject -> Await.value(subject.look(-1, node.http())));
    }
    assertThat(deposits).allSatisfy(deposit -> assertThat(deposit.acknowledged()).isPositive());
    Histories.areLinearizable(subjects);
  }
}
