package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Member;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.ClusterPorts;
import io.purpledb.support.process.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three packaged servers on the loopback address that form a cluster, with their data on disk. */
@Timeout(120)
class ClusterIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Member> members = ClusterPorts.members(3);
  private final List<ServerProcess> nodes = new ArrayList<>();

  @TempDir private Path directory = Path.of("");

  @BeforeEach
  void start() {
    for (int i = 0; i < members.size(); i++) {
      nodes.add(launch()); // each finds a member of its own, also when all start at once
    }
    nodes.forEach(ServerProcess::awaitReady);
    nodes.sort((a, b) -> Integer.compare(self(a), self(b)));
    nodes.forEach(node -> await("ready", () -> ready(node).statusCode() == 200));
  }

  @AfterEach
  void stop() {
    nodes.forEach(ServerProcess::close);
  }

  @Test
  void sharesTheDiskOfItsOwner() throws Exception {
    for (int i = 0; i < nodes.size(); i++) {
      try (ServiceClient http = ServiceClient.http(nodes.get(i).httpPort());
          ServiceClient grpc = ServiceClient.grpc(nodes.get(i).grpcPort())) {
        assertThat(Await.value(http.counterIncrement("visits", 1))).isEqualTo(2 * i + 1);
        assertThat(Await.value(grpc.counterIncrement("visits", 1))).isEqualTo(2 * i + 2);
        Await.refusal(Kind.NOT_FOUND, http.kvGet("nothing"));
      }
    }
    assertThat(ready(nodes.get(2)).body())
        .contains("\"cluster\":{\"node\":\"" + members.get(2))
        .doesNotContain("down");
    refusesASecondOwner();
    answersAGuest();
    refusesWhileTheOwnerIsAway();
    refusesWithoutAMajority();
  }

  /** A server that is told to own the disk, too, finds the files in use. */
  private void refusesASecondOwner() {
    Member other = ClusterPorts.members(1).get(0);
    try (ServerProcess second = launchAmong(other.id(), "--cluster-disk-owner", other.id())) {
      assertThat(second.awaitExit()).as(second.outputAtEnd()).isEqualTo(1);
      assertThat(second.outputAtEnd()).contains("data-dir: ");
    }
  }

  private void answersAGuest() throws Exception {
    Path log = directory.resolve("guest.log");
    Process guest =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("purple.jar") + ":target/test-classes",
                "io.purpledb.example.GuestApplication",
                ClusterPorts.text(members))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = guest.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    guest.destroyForcibly();
    String output = Files.readString(log);
    assertThat(ended).as("ended by itself; it said: %s", output).isTrue();
    assertThat(guest.waitFor()).as(output).isZero();
    assertThat(output).contains("greeting: Hello\n", "visits: 8\n", "Done.\n");
    try (ServiceClient purple = ServiceClient.http(nodes.get(1).httpPort())) {
      assertThat(Await.value(purple.kvGet("greeting"))).isEqualTo(ByteString.copyFromUtf8("Hello"));
    }
  }

  private void refusesWhileTheOwnerIsAway() {
    ServerProcess owner = nodes.get(0);
    owner.terminate();
    assertThat(owner.outputAtEnd()).endsWith("Stopped.");
    try (ServiceClient purple = ServiceClient.grpc(nodes.get(1).grpcPort())) {
      assertThat(Await.refusal(Kind.UNAVAILABLE, purple.counterGet("visits")).text())
          .contains("the owner of the disk, " + members.get(0));
      assertThat(ready(nodes.get(1)).statusCode()).isEqualTo(503);
      await("left", () -> nodes.get(1).output().contains(members.get(0) + " left: 2 of 3"));
      saysOnceWhoCameAndWent();

      nodes.set(0, launch("--cluster-self", members.get(0).id()).awaitReady());
      await("ready", () -> ready(nodes.get(1)).statusCode() == 200);
      assertThat(Await.value(purple.counterGet("visits"))).isEqualTo(8);
    }
  }

  /** A line for each, and none for each request that nobody could answer. */
  private void saysOnceWhoCameAndWent() {
    String output = nodes.get(1).output();
    assertThat(lines(output, members.get(2) + " joined: ")).as(output).hasSize(1);
    assertThat(lines(output, members.get(0) + " left: ")).as(output).hasSize(1);
    assertThat(lines(output, "eventbus")).isEmpty();
  }

  private static List<String> lines(String output, String part) {
    return output.lines().filter(line -> line.contains(part)).toList();
  }

  private void refusesWithoutAMajority() {
    nodes.get(1).kill();
    nodes.get(2).kill();
    ServerProcess owner = nodes.get(0);
    await("not ready", () -> ready(owner).statusCode() == 503);
    assertThat(ready(owner).body()).contains("1 of 3 members are here (expected: at least 2)");
    try (ServiceClient purple = ServiceClient.http(owner.httpPort())) {
      Await.refusal(Kind.UNAVAILABLE, purple.counterGet("visits"));
    }
  }

  private ServerProcess launch(String... more) {
    return launchAmong(ClusterPorts.text(members), more);
  }

  private ServerProcess launchAmong(String all, String... more) {
    String[] arguments =
        Stream.concat(
                Stream.of(
                    "--cluster",
                    "--cluster-members",
                    all,
                    "--host",
                    "127.0.0.1",
                    "--http-port",
                    "0",
                    "--grpc-port",
                    "0"),
                Stream.of(more))
            .toArray(String[]::new);
    return ServerProcess.launch(directory, Map.of(), arguments);
  }

  /** Which of the members a server has found that it is. */
  private int self(ServerProcess server) {
    for (int i = 0; i < members.size(); i++) {
      if (server.output().contains("Cluster     " + members.get(i) + " of")) {
        return i;
      }
    }
    throw new AssertionError("no member in:\n" + server.output());
  }

  private static HttpResponse<String> ready(ServerProcess server) {
    URI uri = URI.create("http://127.0.0.1:" + server.httpPort() + "/health/ready");
    try {
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as(() -> what + " within " + PATIENCE + "\n" + outputs())
          .isLessThan(end);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private String outputs() {
    return nodes.stream().map(ServerProcess::output).collect(Collectors.joining("\n===\n"));
  }
}
