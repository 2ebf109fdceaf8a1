package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.process.ServerProcess;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many clients that read well take large answers from a server with a small heap. */
@Tag("long")
class SmallHeapReadersIT {

  private static final int MIB = 1 << 20;
  private static final int READERS = 60;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** Whole sets of 4 MB, each read from the disk, for all at once. */
  @Test
  @Timeout(180)
  void setsOnDisk(@TempDir Path directory) throws Exception {
    int items = 4_000;
    String[] args = {"--backend", "disk", "--durability", "process"};
    try (ServerProcess server = ServerProcess.startWithHeap(directory, "1g", args)) {
      List<Callable<Integer>> adds = new ArrayList<>();
      for (int i = 0; i < items; i++) {
        URI item = uri(server, "/sets/a?item=" + "%08d".formatted(i) + "i".repeat(990));
        adds.add(() -> drained(HttpRequest.newBuilder(item).PUT(BodyPublishers.noBody()).build()));
      }
      assertThat(all(adds, 8).keySet()).containsExactly(200);
    }
    try (ServerProcess server = ServerProcess.startWithHeap(directory, "128m", args)) {
      HttpRequest get = HttpRequest.newBuilder(uri(server, "/sets/a")).build();
      assertReadersAreServed(server, get);
    }
  }

  /** Values of 1 MiB that have 6 MiB as JSON. */
  @ParameterizedTest
  @ValueSource(strings = {"memory", "disk"})
  @Timeout(120)
  void valuesAsJson(String backend, @TempDir Path directory) throws Exception {
    try (ServerProcess server =
        ServerProcess.startWithHeap(directory, "128m", "--backend", backend)) {
      assertThat(drained(put(server, MIB))).isEqualTo(204);
      HttpRequest get = HttpRequest.newBuilder(uri(server, "/kv/a")).build();
      assertReadersAreServed(server, get);
    }
  }

  /** A value of 16 MiB, whose JSON has 96 MiB, with the heap that such values need. */
  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip"})
  @Timeout(120)
  void aValueWhoseJsonIsLargerThanTheHeap(String encoding, @TempDir Path directory)
      throws Exception {
    String[] args = {"--backend", "disk", "--max-value-bytes", "16MiB"};
    try (ServerProcess server = ServerProcess.startWithHeap(directory, "144m", args)) {
      assertThat(drained(put(server, 16 * MIB))).isEqualTo(204);
      HttpRequest get =
          HttpRequest.newBuilder(uri(server, "/kv/a")).header("accept-encoding", encoding).build();
      for (int i = 0; i < 3; i++) {
        assertThat(drained(get)).isEqualTo(200);
      }
      assertThat(server.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE");
    }
  }

  /** To read 22 MiB of JSON takes more than there is: said, and not tried. */
  @Test
  @Timeout(120)
  void aBodyThatIsTooLargeAsJson(@TempDir Path directory) throws Exception {
    String[] args = {"--backend", "disk", "--max-value-bytes", "16MiB"};
    try (ServerProcess server = ServerProcess.startWithHeap(directory, "144m", args)) {
      String base64 = "A".repeat(22 * MIB);
      HttpRequest json =
          HttpRequest.newBuilder(uri(server, "/kv/a"))
              .header("content-type", "application/json")
              .PUT(
                  BodyPublishers.ofString(
                      "{\"content\":\"" + base64 + "\",\"encoding\":\"base64\"}"))
              .build();
      HttpResponse<String> answer = CLIENT.send(json, BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(413);
      assertThat(answer.body()).contains("application/octet-stream");
      assertThat(drained(put(server, 16 * MIB))).isEqualTo(204);
      assertThat(server.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE");
    }
  }

  private static HttpRequest put(ServerProcess server, int bytes) {
    byte[] value = new byte[bytes];
    Arrays.fill(value, (byte) 1);
    return HttpRequest.newBuilder(uri(server, "/kv/a"))
        .header("content-type", "application/octet-stream")
        .PUT(BodyPublishers.ofByteArray(value))
        .build();
  }

  private static void assertReadersAreServed(ServerProcess server, HttpRequest get)
      throws Exception {
    List<Callable<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < 3 * READERS; i++) {
      reads.add(() -> served(get));
    }
    assertThat(all(reads, READERS).keySet()).containsExactly(200);
    assertThat(server.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE");
  }

  /** How often each status came. */
  private static Map<Integer, Integer> all(List<Callable<Integer>> requests, int threads)
      throws Exception {
    TreeMap<Integer, Integer> statuses = new TreeMap<>();
    ExecutorService clients = Executors.newFixedThreadPool(threads);
    try {
      for (Future<Integer> status : clients.invokeAll(requests)) {
        statuses.merge(status.get(), 1, Integer::sum);
      }
    } finally {
      clients.shutdownNow();
    }
    return statuses;
  }

  /** The status of a request that is made again while the server has no room. */
  private static int served(HttpRequest request) throws Exception {
    int status = drained(request);
    while (status == 503) {
      TimeUnit.MILLISECONDS.sleep(50);
      status = drained(request);
    }
    return status;
  }

  private static int drained(HttpRequest request) throws Exception {
    HttpResponse<InputStream> answer = CLIENT.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      body.transferTo(OutputStream.nullOutputStream());
    }
    return answer.statusCode();
  }

  private static URI uri(ServerProcess server, String path) {
    return URI.create("http://127.0.0.1:" + server.httpPort() + path);
  }
}
