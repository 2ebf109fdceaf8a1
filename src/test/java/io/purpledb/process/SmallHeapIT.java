package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.process.ServerProcess;
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
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server with a small heap refuses what it has no room for, and goes on. */
class SmallHeapIT {

  private static final int MIB = 1 << 20;
  private static final int LARGE = 20 * MIB;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  @Timeout(120)
  void inMemory(@TempDir Path directory) throws Exception {
    try (ServerProcess server =
        ServerProcess.startWithHeap(directory, "128m", "--backend", "memory")) {
      int done = 0;
      TreeMap<Integer, Integer> statuses = new TreeMap<>();
      for (int round = 0; round < Integer.getInteger("purple.rounds", 1); round++) {
        List<CompletableFuture<HttpResponse<String>>> puts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          puts.add(CLIENT.sendAsync(put(server, "k" + i), BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> put : puts) {
          HttpResponse<String> answer = put.get(30, TimeUnit.SECONDS);
          statuses.merge(answer.statusCode(), 1, Integer::sum);
          if (answer.statusCode() == 204) {
            done++;
          } else if (answer.statusCode() == 503) {
            assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
            assertThat(answer.body()).contains("max-in-flight-bytes");
          } else {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(507);
            assertThat(answer.body()).contains("memory-budget");
          }
        }
      }
      assertThat(done).as("%s", statuses).isPositive();
      assertThat(statuses).containsKey(503);
      fill(server);
      assertAnswers(server);
      assertThat(server.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE");
    }
  }

  /** Values of 1 MiB, far more than the heap, and again in the place of others. */
  @Test
  @Timeout(120)
  void onDisk(@TempDir Path directory) throws Exception {
    try (ServerProcess server =
        ServerProcess.startWithHeap(directory, "128m", "--backend", "disk")) {
      int rounds = 2 * Integer.getInteger("purple.rounds", 1);
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < 150; i++) {
          assertThat(status(put(server, "k" + i))).isEqualTo(204);
        }
      }
      for (int i = 0; i < 150; i++) {
        assertThat(bytes(server, "k" + i)).isEqualTo(MIB);
      }
      assertAnswers(server);
      assertThat(server.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE", "damaged");
    }
  }

  /** A heap of 64 MiB and some eight times the largest value; and a restart after a kill. */
  @Test
  @Tag("long")
  @Timeout(120)
  void largeValuesOnDisk(@TempDir Path directory) throws Exception {
    String[] args = {"--backend", "disk", "--max-value-bytes", "" + LARGE};
    int rounds = 8 * Integer.getInteger("purple.rounds", 1);
    try (ServerProcess server = ServerProcess.startWithHeap(directory, "240m", args)) {
      for (int i = 0; i < rounds; i++) {
        assertThat(status(put(server, "k" + i % 5, LARGE))).isEqualTo(204);
        assertThat(bytes(server, "k" + i % 5)).isEqualTo(LARGE);
      }
      assertThat(server.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE", "damaged");
      server.kill();
    }
    try (ServerProcess server = ServerProcess.startWithHeap(directory, "240m", args)) {
      for (int i = 0; i < 5; i++) {
        assertThat(bytes(server, "k" + i)).isEqualTo(LARGE);
      }
    }
  }

  /**
   * A heap of 64 MiB and five times the largest value, for callers at once that put and get values
   * in the place of others: some are told to come again, and all come through.
   */
  @Test
  @Tag("long")
  @Timeout(240)
  void largeValuesOverAndOverOnDisk(@TempDir Path directory) throws Exception {
    String[] args = {"--backend", "disk", "--max-value-bytes", "" + LARGE};
    int rounds = 6 * Integer.getInteger("purple.rounds", 1);
    for (int start = 0; start < 2; start++) {
      try (ServerProcess server = ServerProcess.startWithHeap(directory, "160m", args)) {
        for (int i = 0; i < 2 * start; i++) {
          assertThat(read(server, "k" + i)[LARGE - 1]).isEqualTo((byte) rounds);
        }
        List<Callable<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          String key = "k" + i;
          callers.add(() -> overwrite(server, key, rounds));
          callers.add(() -> readWhole(server, key, rounds));
        }
        ExecutorService threads = Executors.newFixedThreadPool(callers.size());
        try {
          for (Future<Integer> caller : threads.invokeAll(callers)) {
            assertThat(caller.get()).isEqualTo(rounds);
          }
        } finally {
          threads.shutdownNow();
        }
        assertThat(server.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE", "damaged");
        server.kill();
      }
    }
  }

  /** Puts values that are all 1, all 2, all 3 ...; each as often as it takes. */
  private static int overwrite(ServerProcess server, String key, int rounds) throws Exception {
    byte[] value = new byte[LARGE];
    for (int round = 1; round <= rounds; round++) {
      Arrays.fill(value, (byte) round);
      HttpRequest put =
          HttpRequest.newBuilder(uri(server, "/kv/" + key))
              .header("content-type", "application/octet-stream")
              .PUT(BodyPublishers.ofByteArray(value))
              .build();
      assertThat(served(put).statusCode()).isEqualTo(204);
    }
    return rounds;
  }

  /** Gets what is there, and makes sure that it was put so. */
  private static int readWhole(ServerProcess server, String key, int rounds) throws Exception {
    for (int round = 1; round <= rounds; round++) {
      byte[] found = read(server, key);
      for (byte one : found) {
        if (one != found[0]) {
          throw new AssertionError("%s of %d and %d".formatted(key, found[0], one));
        }
      }
    }
    return rounds;
  }

  /** A value, once there is one. */
  private static byte[] read(ServerProcess server, String key) throws Exception {
    HttpRequest get =
        HttpRequest.newBuilder(uri(server, "/kv/" + key))
            .header("accept", "application/octet-stream")
            .build();
    HttpResponse<byte[]> answer = served(get);
    while (answer.statusCode() == 404) {
      TimeUnit.MILLISECONDS.sleep(100);
      answer = served(get);
    }
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).hasSize(LARGE);
    return answer.body();
  }

  /** The answer to a request that is made again while the server is busy. */
  private static HttpResponse<byte[]> served(HttpRequest request) throws Exception {
    HttpResponse<byte[]> answer = CLIENT.send(request, BodyHandlers.ofByteArray());
    while (answer.statusCode() == 503) {
      assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
      TimeUnit.MILLISECONDS.sleep(100);
      answer = CLIENT.send(request, BodyHandlers.ofByteArray());
    }
    return answer;
  }

  private static int status(HttpRequest request) throws Exception {
    return CLIENT.send(request, BodyHandlers.ofString()).statusCode();
  }

  private static int bytes(ServerProcess server, String key) throws Exception {
    HttpRequest get =
        HttpRequest.newBuilder(uri(server, "/kv/" + key))
            .header("accept", "application/octet-stream")
            .build();
    return CLIENT.send(get, BodyHandlers.ofByteArray()).body().length;
  }

  /** One after the other, until there is no room. */
  private static void fill(ServerProcess server) throws Exception {
    int status = 204;
    for (int i = 0; i < 200 && status == 204; i++) {
      status = CLIENT.send(put(server, "more" + i), BodyHandlers.ofString()).statusCode();
    }
    assertThat(status).isEqualTo(507);
  }

  private static void assertAnswers(ServerProcess server) throws Exception {
    HttpRequest get = HttpRequest.newBuilder(uri(server, "/health/ready")).build();
    assertThat(CLIENT.send(get, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    HttpRequest value = HttpRequest.newBuilder(uri(server, "/kv/more0")).build();
    assertThat(CLIENT.send(value, BodyHandlers.ofByteArray()).statusCode()).isIn(200, 404);
    HttpRequest delete = HttpRequest.newBuilder(uri(server, "/kv/more0")).DELETE().build();
    assertThat(CLIENT.send(delete, BodyHandlers.ofString()).statusCode()).isIn(204, 404);
  }

  private static HttpRequest put(ServerProcess server, String key) {
    return put(server, key, MIB);
  }

  private static HttpRequest put(ServerProcess server, String key, int bytes) {
    return HttpRequest.newBuilder(uri(server, "/kv/" + key))
        .header("content-type", "application/octet-stream")
        .PUT(BodyPublishers.ofByteArray(new byte[bytes]))
        .build();
  }

  private static URI uri(ServerProcess server, String path) {
    return URI.create("http://127.0.0.1:" + server.httpPort() + path);
  }
}
