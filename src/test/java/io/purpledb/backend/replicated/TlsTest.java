package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.replicated.raft.RaftSettings;
import io.purpledb.config.ClusterTls;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that prove by certificates who they are. */
@Tag("long")
final class TlsTest {

  @Test
  void nodesOfOneAuthorityServeAndOneOfAnotherDoesNotJoin(@TempDir Path directory)
      throws Exception {
    ClusterTls right = Certificates.create(directory.resolve("right"));
    ClusterTls wrong = Certificates.create(directory.resolve("wrong"));
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.tls = right;
      nodes.start(0);
      nodes.start(1);
      nodes.awaitLeader();
      new Ask(nodes.node(0)).put("k", "v");
      assertThat(new Ask(nodes.node(1)).get("k")).isEqualTo("v");

      nodes.tls = wrong;
      assertThat(neverServes(nodes.start(2))).isTrue();
      nodes.kill(2);
      nodes.tls = null;
      assertThat(neverServes(nodes.start(2))).isTrue();
      nodes.kill(2);

      nodes.tls = right;
      nodes.start(2);
      nodes.awaitLeader();
      assertThat(new Ask(nodes.node(2)).get("k")).isEqualTo("v");
    }
  }

  /** For longer than a leader takes to reach a node. */
  private static boolean neverServes(Replication node) throws InterruptedException {
    long end =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2L * RaftSettings.ELECTION_MAX_MILLIS);
    while (System.nanoTime() < end) {
      if (node.health().succeeded()) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return true;
  }
}
