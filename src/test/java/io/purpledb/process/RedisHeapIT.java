package io.purpledb.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.client.Await;
import io.purpledb.support.process.ServerProcess;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server on Redis whose heap is far too small for what its clients put. It may refuse, time out
 * and run out of memory; an answer with status 200 is the value of its key, and a write that was
 * acknowledged is in Redis.
 */
@Timeout(2400)
class RedisHeapIT {

  private static final int ROUNDS = Integer.getInteger("purple.rounds", 1);

  /** How long it goes on at least; the checked answers are a few thousand in each round. */
  private static final long NANOS = TimeUnit.SECONDS.toNanos(3) * ROUNDS;

  /** With many rounds so many small values are read and checked, however long it takes. */
  private static final int SMALL_ANSWERS = ROUNDS == 1 ? 0 : 10_000 * ROUNDS;

  private static final int SMALL_BYTES = 100;

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int KEYS = 100;
  private static final int WRITERS = 3;

  /** Ten times as many when there is much to check: they wait for the writers most of the time. */
  private static final int READERS = ROUNDS == 1 ? 6 : 60;

  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicInteger right = new AtomicInteger();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final int[] lastAcknowledged = new int[WRITERS];

  @ParameterizedTest
  @CsvSource({"160m, 16777216, 100", "128m, 1048576, 1048576"})
  void everyAnswerIsOfItsKey(String heap, int putBytes, int readBytes, @TempDir Path directory)
      throws Exception {
    try (RedisProcess redis = RedisForTests.start();
        ServerProcess server =
            ServerProcess.startWithHeap(
                directory,
                heap,
                "--backend",
                "redis",
                "--redis-url",
                redis.url(),
                "--redis-layout",
                "1", // where a value is read past Purple
                "--max-value-bytes",
                "16777216",
                "--request-timeout-ms",
                "4000")) {
      String url = "http://127.0.0.1:" + server.httpPort() + "/kv/";
      HttpClient filler = HttpClient.newHttpClient();
      for (int key = 0; key < KEYS; key++) {
        assertThat(put(filler, url + key, value(key, readBytes))).isEqualTo(204);
      }

      run(url, putBytes, readBytes);

      System.out.printf(
          "under memory pressure: %d checked answers, %d wrong, %d acknowledged writes%n",
          right.get() + wrong.size(), wrong.size(), acknowledged.get());
      assertThat(wrong.stream().limit(20)).as("%d wrong answers", wrong.size()).isEmpty();
      assertThat(right.get()).as("right answers").isPositive();
      assertThat(acknowledged.get()).as("acknowledged writes").isPositive();
      for (int writer = 0; writer < WRITERS; writer++) {
        assertThat(stored(redis, writer))
            .as("number of the last write of " + writer)
            .isGreaterThanOrEqualTo(lastAcknowledged[writer]);
      }
    }
  }

  private void run(String url, int putBytes, int readBytes) throws InterruptedException {
    long least = System.nanoTime() + NANOS;
    int answers = readBytes == SMALL_BYTES ? SMALL_ANSWERS : 0;
    BooleanSupplier goesOn = () -> System.nanoTime() < least || right.get() < answers;
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      int writer = i;
      clients.add(new Thread(() -> write(url + "w" + writer, writer, putBytes, goesOn)));
    }
    for (int i = 0; i < READERS; i++) {
      int first = i;
      clients.add(new Thread(() -> read(url, first, readBytes, goesOn)));
    }
    clients.forEach(Thread::start);
    for (Thread client : clients) {
      client.join();
    }
  }

  private void write(String url, int writer, int bytes, BooleanSupplier goesOn) {
    HttpClient client = HttpClient.newHttpClient();
    for (int number = 1; goesOn.getAsBoolean(); number++) {
      if (put(client, url, value(number, bytes)) == 204) {
        lastAcknowledged[writer] = number;
        acknowledged.incrementAndGet();
      }
    }
  }

  private void read(String url, int first, int bytes, BooleanSupplier goesOn) {
    HttpClient client = HttpClient.newHttpClient();
    for (int i = first; goesOn.getAsBoolean(); i++) {
      int key = i % KEYS;
      try {
        HttpResponse<byte[]> answer =
            client.send(request(url + key).build(), BodyHandlers.ofByteArray());
        if (answer.statusCode() == 404) {
          wrong.add(key + " is not there");
        } else if (answer.statusCode() == 200) {
          check(key, answer.body(), bytes);
        }
      } catch (IOException e) {
        // no answer is no wrong answer
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void check(int key, byte[] body, int bytes) {
    if (Arrays.equals(body, value(key, bytes))) {
      right.incrementAndGet();
    } else {
      String start = new String(body, 0, Math.min(body.length, 20), ISO_8859_1);
      wrong.add("%d: %d bytes, %s…".formatted(key, body.length, start));
    }
  }

  private static int put(HttpClient client, String url, byte[] value) {
    try {
      return client
          .send(
              request(url).PUT(BodyPublishers.ofByteArray(value)).build(),
              BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url))
        .timeout(PATIENCE)
        .header("Accept", "application/octet-stream, application/problem+json")
        .header("Content-Type", "application/octet-stream");
  }

  /** A number, and as many bytes of it as are wanted. */
  private static byte[] value(int number, int bytes) {
    byte[] value = new byte[bytes];
    Arrays.fill(value, (byte) number);
    byte[] text = (number + ";").getBytes(ISO_8859_1);
    System.arraycopy(text, 0, value, 0, text.length);
    return value;
  }

  /** The number of the value that a writer has put last, asked of Redis itself; 0 for none. */
  private static int stored(RedisProcess redis, int writer) {
    Vertx vertx = Vertx.vertx();
    Redis client = Redis.createClient(vertx, redis.url() + "/3");
    try {
      String start =
          Await.value(
                  client
                      .send(Request.cmd(Command.GETRANGE).arg("w" + writer).arg(0).arg(20))
                      .toCompletionStage()
                      .toCompletableFuture())
              .toString(ISO_8859_1);
      return start.isEmpty() ? 0 : Integer.parseInt(start.substring(0, start.indexOf(';')));
    } finally {
      client.close();
      Await.value(vertx.close().toCompletionStage().toCompletableFuture());
    }
  }
}
