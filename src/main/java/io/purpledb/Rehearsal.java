package io.purpledb;

import io.purpledb.config.Invocation;
import io.purpledb.config.Member;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A start for the JVM to learn from: a server alone and a cluster of three, with both doors on free
 * ports of the loopback address, each of which answers a request. The build and deploy/archive.sh
 * run it with -XX:ArchiveClassesAtExit, so that the classes of a start are in an archive.
 */
final class Rehearsal {

  private static final int NODES = 3;
  private static final int ATTEMPTS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(60); // an election on a busy machine
  private static final int POLL_MILLIS = 50;

  private Rehearsal() {}

  /** Takes one argument: an empty directory for the data. Exit code 0 when all went well. */
  public static void main(String[] args) {
    int exitCode = 1;
    try {
      Purple.prepare();
      Path data = Path.of(args[0]);
      awaitAnswer(serve(data.resolve("alone")));
      rehearseCluster(data);
      exitCode = 0;
    } catch (IOException | RuntimeException e) {
      System.err.println("purple: the rehearsal failed: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.exit(exitCode); // the server's threads would live on
  }

  private static void rehearseCluster(Path data) throws IOException, InterruptedException {
    List<String> members = freePlaces().map(Member::id).toList();
    List<PurpleServer> nodes = new ArrayList<>();
    for (String self : members) {
      nodes.add(
          serve(
              data.resolve("node-" + nodes.size()),
              "--backend",
              "memory", // as this is what has copies on all nodes
              "--cluster",
              "--cluster-members",
              String.join(",", members),
              "--cluster-self",
              self));
    }
    for (PurpleServer node : nodes) {
      awaitAnswer(node);
    }
  }

  private static PurpleServer serve(Path data, String... more) {
    List<String> settings =
        Stream.concat(
                Stream.of(
                    "--host",
                    "127.0.0.1",
                    "--http-port",
                    "0",
                    "--grpc-port",
                    "0",
                    "--data-dir",
                    data.toString()),
                Arrays.stream(more))
            .toList();
    Path noFile = data.resolve("none"); // whatever is set here, a start is what is rehearsed
    if (!(Invocation.of(settings, Map.of(), noFile) instanceof Invocation.Start start)) {
      throw new IllegalStateException(settings + " start no server");
    }
    return Purple.serve(start.config());
  }

  /** Waits until a counter is told: in a cluster when there is a leader. */
  private static void awaitAnswer(PurpleServer server) throws IOException, InterruptedException {
    URI counter = URI.create("http://127.0.0.1:%d/counters/start".formatted(server.httpPort()));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    int status = status(counter);
    while (status == HttpURLConnection.HTTP_UNAVAILABLE && System.nanoTime() < deadline) {
      Thread.sleep(POLL_MILLIS);
      status = status(counter);
    }
    if (status != HttpURLConnection.HTTP_OK) {
      throw new IllegalStateException("%s: %d (expected: 200)".formatted(counter, status));
    }
  }

  private static int status(URI uri) throws IOException {
    HttpURLConnection request = (HttpURLConnection) uri.toURL().openConnection();
    request.setReadTimeout((int) PATIENCE.toMillis());
    return request.getResponseCode();
  }

  /** Places whose ports were free a moment ago. */
  private static Stream<Member> freePlaces() throws IOException {
    List<Member> places = new ArrayList<>();
    for (int i = 0; i < ATTEMPTS && places.size() < NODES; i++) {
      int port;
      try (ServerSocket any = listen(0)) {
        port = any.getLocalPort();
      }
      boolean apart = places.stream().allMatch(p -> Math.abs(p.port() - port) >= Member.PORTS);
      if (apart && IntStream.range(port, port + Member.PORTS).allMatch(Rehearsal::isFree)) {
        places.add(new Member("127.0.0.1", port));
      }
    }
    return places.stream();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = listen(port)) {
      return socket.isBound();
    } catch (IOException | IllegalArgumentException taken) {
      return false;
    }
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }
}
