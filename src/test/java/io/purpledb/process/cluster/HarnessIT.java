package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.linearizability.Verdict.Outcome;
import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tests of the cluster can fail: what is no cluster does not pass, what is one server does. */
@Tag("long")
@Timeout(120)
class HarnessIT {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int CALLS = 1_500;

  @Test
  void threeServersThatKnowNothingOfEachOtherAreFoundOut(@TempDir Path directory) {
    List<Subject<?>> subjects = Subjects.some(1);
    Deposits deposits = new Deposits();
    try (ClusterProcesses servers =
        ClusterProcesses.apart(directory, Place.onLoopback(3), "--backend", "memory").start()) {
      try (Crowd crowd = new Crowd(servers.nodes())) {
        crowd.asking(6, subjects).depositing(List.of(deposits));
        servers.await("asked often", () -> crowd.answered() >= CALLS);
        assertThat(crowd.refused()).isEmpty();
      }
      assertThatThrownBy(() -> deposits.check(servers.node(0).http()))
          .isInstanceOf(AssertionError.class);
    }
    assertThat(subjects)
        .allSatisfy(
            subject ->
                assertThat(subject.check(LIMIT).outcome())
                    .as(subject.toString())
                    .isEqualTo(Outcome.NOT_LINEARIZABLE));
    assertThatThrownBy(() -> Histories.areLinearizable(subjects))
        .hasMessageContaining("next must be one of");
  }

  @Test
  void oneServerThatIsKilledAndStartedAgainPasses(@TempDir Path directory) {
    List<Subject<?>> subjects = Subjects.some(1);
    Deposits deposits = new Deposits();
    try (ClusterProcesses server =
        ClusterProcesses.apart(directory, Place.onLoopback(1), "--backend", "disk").start()) {
      try (Crowd crowd = new Crowd(server.nodes())) {
        crowd.asking(6, subjects).depositing(List.of(deposits));
        server.await("asked often", () -> crowd.answered() >= CALLS / 3);
        server.node(0).kill();
        server.start();
        long before = crowd.answered();
        server.await("asked again", () -> crowd.answered() >= before + CALLS / 3);
        assertThat(crowd.refused()).isNotEmpty();
      }
      deposits.check(server.node(0).http());
      deposits.check(server.node(0).grpc());
    }
    Histories.areLinearizable(subjects);
  }
}
