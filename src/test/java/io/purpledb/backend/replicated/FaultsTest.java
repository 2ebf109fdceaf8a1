package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.message.Failure;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that end, leave and come back: what was acknowledged stays, and happened once. */
@Tag("long")
final class FaultsTest {

  /** No follower has waited for so long that it asked for votes. */
  private static final long LEAVING_MILLIS = 1_000;

  @Test
  void countersAreExactWithCallersOnAllNodes(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory).startAll()) {
      Load load = new Load(nodes, 12);
      load.start();
      load.awaitMore(500);
      load.stop();
      load.assertExact();
      assertThat(load.unknown()).isZero();
    }
  }

  @Test
  void noAcknowledgedWriteIsLostOrDoubledWhenTheLeaderEnds(@TempDir Path directory)
      throws Exception {
    try (Nodes nodes = new Nodes(3, directory).startAll()) {
      Load load = new Load(nodes, 12);
      load.start();
      load.awaitMore(100);
      nodes.kill(nodes.awaitLeader());
      nodes.awaitLeader();
      load.awaitMore(100);
      load.stop();
      load.assertExact();
    }
  }

  @Test
  void aLeaderThatLeavesFailsNoRequestOfTheOthers(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory).startAll()) {
      int leader = nodes.awaitLeader();
      Load load = new Load(nodes, 12, i -> i != leader);
      load.start();
      load.awaitMore(100);
      nodes.stop(leader);
      load.awaitMore(100);
      load.stop();
      load.assertExact();
      assertThat(load.unknown()).isZero();
      assertThat(load.slowestMillis()).isLessThan(LEAVING_MILLIS);
    }
  }

  @Test
  void oneOfThreeRefusesReadsAndWritesAndServesAgainWithASecond(@TempDir Path directory)
      throws Exception {
    try (Nodes nodes = new Nodes(3, directory).startAll()) {
      int leader = nodes.awaitLeader();
      new Ask(nodes.node(leader)).put("k", "v");
      for (int i : nodes.runningNodes()) {
        if (i != leader) {
          nodes.kill(i);
        }
      }
      Ask alone = new Ask(nodes.node(leader));
      assertRefused(() -> alone.get("k"));
      assertRefused(() -> alone.put("k", "w"));
      assertThat(nodes.node(leader).health().failed()).isTrue();
      long begin = System.nanoTime();
      assertRefused(() -> alone.get("k"));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));

      nodes.start((leader + 1) % 3);
      nodes.awaitLeader();
      assertThat(alone.get("k")).isIn("v", "w");
    }
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.UNAVAILABLE));
  }
}
