package io.purpledb;

import io.purpledb.config.source.Invocation;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A start for the JVM to learn from: a server with HTTP and gRPC on free ports of the loopback
 * address, which answers one request and ends. The build and deploy/archive.sh run it with
 * -XX:ArchiveClassesAtExit, so that the classes of a start are in an archive.
 */
final class Rehearsal {

  private static final int PATIENCE_MILLIS = 10_000;

  private Rehearsal() {}

  /** Takes one argument: an empty directory for the data. Exit code 0 when all went well. */
  public static void main(String[] args) {
    int exitCode = 1;
    try {
      rehearse(args[0]);
      exitCode = 0;
    } catch (IOException | RuntimeException e) {
      System.err.println("purple: the rehearsal failed: " + e);
    }
    System.exit(exitCode); // the server's threads would live on
  }

  private static void rehearse(String dataDir) throws IOException {
    Purple.prepare();
    List<String> settings =
        List.of(
            "--host", "127.0.0.1", "--http-port", "0", "--grpc-port", "0", "--data-dir", dataDir);
    Path noFile = Path.of(dataDir, "none"); // whatever is set here, a start is what is rehearsed
    if (!(Invocation.of(settings, Map.of(), noFile) instanceof Invocation.Start start)) {
      throw new IllegalStateException(settings + " start no server");
    }
    PurpleServer server = Purple.serve(start.config());
    URI counter = URI.create("http://127.0.0.1:%d/counters/start".formatted(server.httpPort()));
    HttpURLConnection request = (HttpURLConnection) counter.toURL().openConnection();
    request.setReadTimeout(PATIENCE_MILLIS);
    int status = request.getResponseCode();
    if (status != HttpURLConnection.HTTP_OK) {
      throw new IllegalStateException("%s: %d (expected: 200)".formatted(counter, status));
    }
  }
}
