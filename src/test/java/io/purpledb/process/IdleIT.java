package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.ClusterNode;
import io.purpledb.support.ClusterProcesses;
import io.purpledb.support.Place;
import io.purpledb.support.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server needs that nobody asks anything: next to nothing. */
class IdleIT {

  /** Of one core; the aim is a third of it. */
  private static final double MOST = 0.03;

  /** Of a node of a cluster, 2.6 % of which was seen; on a slower machine it is more. */
  private static final double MOST_OF_NODE = 0.06;

  /** When less is used in a second, the compiler has what the start gave it to do. */
  private static final double CALM = 0.05;

  private static final Duration WINDOW =
      Duration.ofSeconds(Integer.getInteger("purple.idle.seconds", 8));
  private static final Duration CLUSTER_WINDOW = Duration.ofSeconds(30);

  /**
   * What else runs on the machine only adds: what is needed is seen in the best of some windows.
   */
  private static final int WINDOWS = 3;

  private static final int CALM_SECONDS = 30;

  /** Of Linux, on all processors that there are. */
  private static final double TICKS_OF_A_SECOND = 100;

  private static final int CONNECTIONS = 1_000;

  /** An HTTP/2 preface and an empty SETTINGS frame. */
  private static final byte[] PREFACE =
      HexFormat.of()
          .parseHex(
              "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a" + "000000" + "04" + "0000000000");

  @Test
  void aServerAlone(@TempDir Path directory) throws Exception {
    try (ServerProcess server = ServerProcess.start(directory)) {
      assertIdle(List.of(server.pid()), WINDOW, MOST);
    }
  }

  @Test
  void aServerWithConnectionsThatAskNothing(@TempDir Path directory) throws Exception {
    List<Socket> open = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(directory)) {
      for (int i = 0; i < CONNECTIONS / 2; i++) {
        open.add(ask(server.httpPort(), "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"));
        open.add(connect(server.grpcPort(), PREFACE));
      }
      assertIdle(List.of(server.pid()), WINDOW, MOST);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  /** Its nodes tell each other that they are there, and the leader that it leads. */
  @Test
  @Tag("long")
  void aCluster(@TempDir Path directory) throws Exception {
    for (String backend : List.of("memory", "disk")) {
      try (ClusterProcesses nodes =
          ClusterProcesses.of(directory.resolve(backend), Place.onLoopback(3), "--backend", backend)
              .startInTurnOrClose()) {
        assertIdle(
            nodes.nodes().stream().map(ClusterNode::pid).toList(), CLUSTER_WINDOW, MOST_OF_NODE);
      }
    }
  }

  private static void assertIdle(List<Long> servers, Duration window, double most)
      throws Exception {
    for (long server : servers) {
      awaitCalm(server);
    }
    List<Double> shares = shares(servers, window);
    for (int i = 1; i < WINDOWS && Collections.max(shares) >= most; i++) {
      shares = shares(servers, window);
    }
    assertThat(shares).as("shares of a core").allSatisfy(s -> assertThat(s).isLessThan(most));
  }

  private static List<Double> shares(List<Long> servers, Duration window) throws Exception {
    List<Double> before = new ArrayList<>();
    for (long server : servers) {
      before.add(processorSeconds(server));
    }
    long began = System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(window.toNanos());
    double elapsed = (System.nanoTime() - began) / 1e9;
    List<Double> shares = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      shares.add((processorSeconds(servers.get(i)) - before.get(i)) / elapsed);
    }
    System.out.println("idle: shares of a core " + shares);
    return shares;
  }

  private static void awaitCalm(long server) throws Exception {
    for (int i = 0; i < CALM_SECONDS; i++) {
      double before = processorSeconds(server);
      TimeUnit.SECONDS.sleep(1);
      if (processorSeconds(server) - before < CALM) {
        return;
      }
    }
  }

  /** Without that of the compiler, which has to do for minutes with what the start gave it. */
  private static double processorSeconds(long server) throws IOException {
    Path process = Path.of("/proc", "" + server);
    long ticks = ticks(process);
    try (Stream<Path> threads = Files.list(process.resolve("task"))) {
      for (Path thread : threads.toList()) {
        ticks -= compilerTicks(thread);
      }
    }
    return ticks / TICKS_OF_A_SECOND;
  }

  private static long compilerTicks(Path thread) {
    try {
      boolean compiles = Files.readString(thread.resolve("comm")).matches("C[12] Compiler.*\\s*");
      return compiles ? ticks(thread) : 0;
    } catch (IOException ended) {
      return 0;
    }
  }

  /** The fields utime and stime, behind a name that may have spaces. */
  private static long ticks(Path process) throws IOException {
    String stat = Files.readString(process.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
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
