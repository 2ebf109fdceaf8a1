package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.ClusterProcesses;
import io.purpledb.support.NodeProcess;
import io.purpledb.support.Place;
import io.purpledb.support.ProcessorTime;
import io.purpledb.support.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server needs that nobody asks anything: next to nothing. */
@Tag("long")
class IdleIT {

  /** Of one core; the aim is a third of it. */
  private static final double MOST = 0.03;

  /** When less is used in a second, the compiler has what the start gave it to do. */
  private static final double CALM = 0.05;

  private static final Duration WINDOW = Duration.ofSeconds(30);
  private static final int CALM_SECONDS = 30;

  private static final int CONNECTIONS = 1_000;

  /** An HTTP/2 preface and an empty SETTINGS frame. */
  private static final byte[] PREFACE =
      HexFormat.of()
          .parseHex(
              "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a" + "000000" + "04" + "0000000000");

  @Test
  void aServerAlone(@TempDir Path directory) throws Exception {
    try (ServerProcess server = ServerProcess.start(directory)) {
      assertIdle(List.of(server));
    }
  }

  @Test
  void aServerWithConnectionsThatAskNothing(@TempDir Path directory) throws Exception {
    List<Socket> open = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(directory)) {
      for (int i = 0; i < CONNECTIONS / 2; i++) {
        open.add(ask(server.httpPort(), "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        open.add(connect(server.grpcPort(), PREFACE));
      }
      assertIdle(List.of(server));
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  /**
   * Its nodes tell each other that they are there. Without the compiler's part: what it does for
   * the start takes minutes.
   */
  @Test
  void aClusterOnDisk(@TempDir Path directory) throws Exception {
    assertIdleCluster(directory, "disk");
  }

  /** Its leader tells the others, too, that it leads. */
  @Test
  void aClusterInMemory(@TempDir Path directory) throws Exception {
    assertIdleCluster(directory, "memory");
  }

  private static void assertIdleCluster(Path directory, String backend) throws Exception {
    try (ClusterProcesses cluster =
        ClusterProcesses.of(directory, Place.onLoopback(3), "--backend", backend)
            .startInTurnOrClose()) {
      TimeUnit.SECONDS.sleep(CALM_SECONDS);
      List<Long> nodes = cluster.nodes().stream().map(NodeProcess::pid).toList();
      List<Duration> before = new ArrayList<>();
      for (long node : nodes) {
        before.add(ProcessorTime.withoutCompilers(node));
      }
      TimeUnit.NANOSECONDS.sleep(WINDOW.toNanos());
      for (int i = 0; i < nodes.size(); i++) {
        Duration used = ProcessorTime.withoutCompilers(nodes.get(i)).minus(before.get(i));
        double share = used.toMillis() / (double) WINDOW.toMillis();
        System.out.printf("idle node: %.2f %% of a core%n", share * 100);
        assertThat(share).as("share of a core").isLessThan(MOST);
      }
    }
  }

  private static void assertIdle(List<ServerProcess> servers) throws InterruptedException {
    for (ServerProcess server : servers) {
      awaitCalm(server);
    }
    List<Duration> before = servers.stream().map(each -> ProcessorTime.of(each.pid())).toList();
    long began = System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(WINDOW.toNanos());
    double elapsed = System.nanoTime() - began;
    for (int i = 0; i < servers.size(); i++) {
      Duration used = ProcessorTime.of(servers.get(i).pid()).minus(before.get(i));
      double share = used.toNanos() / elapsed;
      System.out.printf("idle: %.2f %% of a core%n", share * 100);
      assertThat(share).as("share of a core").isLessThan(MOST);
    }
  }

  private static void awaitCalm(ServerProcess server) throws InterruptedException {
    for (int i = 0; i < CALM_SECONDS; i++) {
      Duration before = ProcessorTime.of(server.pid());
      TimeUnit.SECONDS.sleep(1);
      if (ProcessorTime.of(server.pid()).minus(before).toNanos() < CALM * 1e9) {
        return;
      }
    }
  }

  private static Socket ask(int port, String request) throws IOException {
    Socket socket = connect(port, request.getBytes(StandardCharsets.US_ASCII));
    assertThat(socket.getInputStream().readNBytes(12))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo("HTTP/1.1 200");
    return socket;
  }

  private static Socket connect(int port, byte[] first) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.getOutputStream().write(first);
    return socket;
  }
}
