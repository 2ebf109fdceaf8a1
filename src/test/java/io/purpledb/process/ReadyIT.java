package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.Member;
import io.purpledb.support.process.ClusterPorts;
import io.purpledb.support.process.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The line {@code Ready.} means what /health/ready means. */
@Tag("long")
@Timeout(120)
class ReadyIT {

  @Test
  void aNodeWithoutAMajoritySaysWhatItWaitsForAndIsReadyWithOne(@TempDir Path directory)
      throws Exception {
    List<Member> members = ClusterPorts.members(2);
    try (ServerProcess first = launch(directory, members, 0)) {
      while (!first.output().contains("Waiting: ")) {
        assertThat(first.isAlive()).as(first.output()).isTrue();
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(first.output()).contains("HTTP").doesNotContain("Ready.");
      assertThat(readyStatus(first)).isEqualTo(503);
      try (ServerProcess second = launch(directory, members, 1)) {
        second.awaitReady();
        assertThat(readyStatus(second)).isEqualTo(200);
        first.awaitReady();
        assertThat(readyStatus(first)).isEqualTo(200);
      }
    }
  }

  private static ServerProcess launch(Path directory, List<Member> members, int self)
      throws Exception {
    return ServerProcess.launchOnFreePorts(
        Files.createDirectory(directory.resolve("node" + self)),
        "--backend",
        "memory",
        "--cluster",
        "--cluster-members",
        ClusterPorts.text(members),
        "--cluster-self",
        members.get(self).id());
  }

  private static int readyStatus(ServerProcess server) throws Exception {
    URI ready = URI.create("http://127.0.0.1:%d/health/ready".formatted(server.httpPort()));
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString())
        .statusCode();
  }
}
