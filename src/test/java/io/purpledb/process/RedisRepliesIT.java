package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.process.ServerProcess;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
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
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with a small heap reads what others have put into Redis, of any size. */
@Tag("long")
@Timeout(180)
class RedisRepliesIT {

  private static final int MIB = 1 << 20;
  private static final String JSON = "application/json";
  private static final String BYTES = "application/octet-stream, application/problem+json";
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final RedisProcess redis = RedisForTests.start();
  private ServerProcess server;

  @BeforeEach
  void start(@TempDir Path directory) {
    server =
        ServerProcess.startWithHeap(
            directory,
            "128m",
            "--backend",
            "redis",
            "--redis-url",
            redis.url(),
            "--redis-layout",
            "1",
            "--request-timeout-ms",
            "60000"); // a slow machine takes seconds for some hundred MiB
    assertThat(redis.run("SELECT 3\r\nSET small value")).isEqualTo("+OK");
  }

  @AfterEach
  void close() {
    server.close();
    redis.close();
  }

  @ParameterizedTest
  @CsvSource({"kv, 3, 413", "cache, 0, 413", "counters, 1, 409", "flags, 2, 409"})
  void aStringThatIsLargerThanTheHeap(String service, int database, int status) throws Exception {
    string(database, 150 * MIB);
    List<Callable<HttpResponse<String>>> reads = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      reads.add(() -> get("/" + service + "/big", JSON));
      reads.add(() -> get("/kv/small", JSON));
    }
    List<HttpResponse<String>> answers = all(reads, 6);

    for (int i = 0; i < answers.size(); i += 2) {
      assertThat(answers.get(i).statusCode()).isEqualTo(status);
      assertThat(answers.get(i).body()).contains("157286400");
      assertThat(answers.get(i + 1).body()).contains("value");
    }
    assertServes();
  }

  @Test
  void aSetThatIsLargerThanTheHeapHasRoomFor() throws Exception {
    set("big", 60_000, 990);
    for (int i = 0; i < 5; i++) {
      HttpResponse<String> get = get("/sets/big", JSON);
      assertThat(get.statusCode()).isEqualTo(413);
      assertThat(get.body()).contains("answer_too_large", "what was asked for is done");
      assertThat(send("PUT", "/sets/big?item=" + i).statusCode()).isEqualTo(413);
      assertThat(send("DELETE", "/sets/big?item=other").statusCode()).isEqualTo(413);
    }
    assertThat(redis.run("EVAL \"redis.call('select',4) return redis.call('scard','big')\" 0"))
        .isEqualTo(":60005");
    assertServes();
  }

  @Test
  void aSetWithALargeItem() throws Exception {
    assertThat(
            redis.run(
                "EVAL \"redis.call('select',4) redis.call('sadd','big',string.rep('x',157286400),'y')"
                    + " return redis.status_reply('OK')\" 0"))
        .isEqualTo("+OK");
    assertThat(get("/sets/big", JSON).statusCode()).isEqualTo(413);
    assertServes();
  }

  /** What has room can be read as well as before, by many at once. */
  @ParameterizedTest
  @ValueSource(strings = {JSON, BYTES})
  void manyReadValuesThatHaveRoom(String form) throws Exception {
    string(3, MIB);
    List<Callable<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < 180; i++) {
      reads.add(() -> served("/kv/big", form));
    }
    assertThat(all(reads, 60)).containsOnly(200);
    assertServes();
  }

  @Test
  void manyReadSetsThatHaveRoom() throws Exception {
    set("some", 4_000, 990);
    List<Callable<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < 180; i++) {
      reads.add(() -> served("/sets/some", JSON));
    }
    assertThat(all(reads, 60)).containsOnly(200);
    assertServes();
  }

  /** One after the other, each as large as there is room for. */
  @ParameterizedTest
  @CsvSource({"kv, 3", "cache, 0"})
  void theLargestValuesThatHaveRoom(String service, int database) throws Exception {
    string(database, 15 * MIB);
    for (int i = 0; i < 10; i++) {
      assertThat(served("/" + service + "/big", JSON)).isEqualTo(200);
    }
    assertServes();
  }

  private void string(int database, int bytes) {
    assertThat(redis.run("SELECT %d\r\nSETRANGE big %d x".formatted(database, bytes - 1)))
        .isEqualTo("+OK");
  }

  private void set(String key, int items, int bytes) {
    assertThat(
            redis.run(
                ("EVAL \"redis.call('select',4) for i=1,%d do redis.call('sadd','%s',"
                        + "string.rep('x',%d)..i) end return redis.status_reply('OK')\" 0")
                    .formatted(items, key, bytes)))
        .isEqualTo("+OK");
  }

  private void assertServes() throws Exception {
    HttpResponse<String> small = get("/kv/small", JSON);
    assertThat(small.statusCode()).isEqualTo(200);
    assertThat(small.body()).contains("value");
    assertThat(server.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE", "lost");
  }

  private HttpResponse<String> get(String path, String accept) throws Exception {
    HttpRequest get = HttpRequest.newBuilder(uri(path)).header("accept", accept).build();
    return CLIENT.send(get, BodyHandlers.ofString());
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.noBody()).build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  /** The status of a read that is repeated while the server has no room. */
  private int served(String path, String accept) throws Exception {
    int status = drained(path, accept);
    while (status == 503) {
      TimeUnit.MILLISECONDS.sleep(50);
      status = drained(path, accept);
    }
    return status;
  }

  private int drained(String path, String accept) throws Exception {
    HttpRequest get = HttpRequest.newBuilder(uri(path)).header("accept", accept).build();
    HttpResponse<InputStream> answer = CLIENT.send(get, BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      body.transferTo(OutputStream.nullOutputStream());
    }
    return answer.statusCode();
  }

  private static <T> List<T> all(List<Callable<T>> requests, int threads) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(threads);
    try {
      List<T> answers = new ArrayList<>();
      for (Future<T> answer : clients.invokeAll(requests)) {
        answers.add(answer.get());
      }
      return answers;
    } finally {
      clients.shutdownNow();
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.httpPort() + path);
  }
}
