package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.config.Member;
import io.purpledb.message.Failure;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that swallow what is sent. */
@Tag("long")
final class PartitionTest {

  @Test
  void aLeaderThatIsCutOffAnswersNothingAndTheOthersGoOn(@TempDir Path directory) throws Exception {
    try (Network network = new Network();
        Nodes nodes = new Nodes(3, directory)) {
      nodes.network = network;
      nodes.startAll();
      int old = nodes.awaitLeader();
      Ask cutOff = new Ask(nodes.node(old));
      Ask other = new Ask(nodes.node((old + 1) % 3));
      cutOff.put("k", "before");
      assertThat(cutOff.get("k")).isEqualTo("before");

      network.isolate(nodes.members.get(old));
      assertThat(nodes.node(old).leads()).isTrue();
      CompletableFuture<Void> write =
          CompletableFuture.runAsync(() -> assertRefused(() -> cutOff.put("k", "lost")));
      assertRefused(() -> cutOff.get("k"));
      write.join();
      other.put("k", "after");
      assertThat(other.get("k")).isEqualTo("after");
      assertRefused(() -> cutOff.get("k"));

      network.heal();
      nodes.awaitLeader();
      assertThat(cutOff.get("k")).isEqualTo("after");
    }
  }

  @Test
  void aWriteWhoseAnswerIsLostIsSentAgainAndHappensOnce(@TempDir Path directory) throws Exception {
    try (Network network = new Network();
        Nodes nodes = new Nodes(3, directory)) {
      nodes.network = network;
      nodes.startAll();
      int leader = nodes.awaitLeader();
      int follower = nodes.aFollower();
      Member answering = nodes.members.get(leader);
      Member asking = nodes.members.get(follower);
      Ask node = new Ask(nodes.node(follower));
      assertThat(node.increment("c", 1)).isEqualTo(1);

      network.loseAnswers(answering, asking, true);
      CompletableFuture<Long> second = new CompletableFuture<>();
      new Thread(() -> second.completeAsync(() -> incremented(node), Runnable::run)).start();
      while (new Ask(nodes.node(leader)).count("c") < 2) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      network.loseAnswers(answering, asking, false);
      assertThat(second.get(Nodes.TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(2);
      assertThat(node.count("c")).isEqualTo(2);
    }
  }

  private static long incremented(Ask node) {
    try {
      return node.increment("c", 1);
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Failure.class,
            failure ->
                assertThat(failure.kind()).isIn(Failure.Kind.UNAVAILABLE, Failure.Kind.TIMED_OUT));
  }
}
