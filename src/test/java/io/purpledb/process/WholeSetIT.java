package io.purpledb.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.process.ProcessorTime;
import io.purpledb.support.process.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a set of two megabytes costs the server, and others, when it is answered. */
@Tag("long")
@Timeout(120)
final class WholeSetIT {

  private static final int ITEMS = 2_048;
  private static final int ITEM_BYTES = 1_000;
  private static final int READERS = 200;
  private static final int WARM = 200;
  private static final int WARM_ROUNDS = 60;
  private static final int ROUNDS = 360;
  private static final int QUICKEST = 10;

  private ServerProcess server;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    server = ServerProcess.startWithHeap(directory, "1g", "--backend", "memory");
    try (Client client = new Client()) {
      for (int i = 0; i < ITEMS; i++) {
        String number = "%04d".formatted(i * 1_009 % ITEMS);
        client.ask("PUT /sets/s?item=" + number + "x".repeat(ITEM_BYTES - number.length()), "");
      }
    }
  }

  @AfterEach
  void stop() {
    server.kill();
  }

  /**
   * Without what is spent on compiling either, which is as much in the first second as all else.
   */
  @Test
  void costsAboutAsMuchAsTheBytesOfValues() throws Exception {
    try (Client client = new Client()) {
      client.ask("PUT /kv/v", "v".repeat(1 << 20));
      int answers = 10; // short turns: some are not disturbed
      List<Duration> ofSets = new ArrayList<>();
      List<Duration> ofValues = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) { // in turns: code is compiled all the time
        Duration sets = processorTime(client, "GET /sets/s", answers);
        Duration values = processorTime(client, "GET /kv/v", 2 * answers);
        if (round >= WARM_ROUNDS) {
          ofSets.add(sets);
          ofValues.add(values);
        }
      }
      assertThat(quickest(ofSets)).isLessThan(quickest(ofValues).multipliedBy(11).dividedBy(10));
    }
  }

  /**
   * The sum of the quickest turns. Others on the machine make a turn longer, never shorter, and
   * those of sets more: what lies anywhere in memory is the first to leave a shared cache.
   */
  private static Duration quickest(List<Duration> turns) {
    return turns.stream().sorted().limit(QUICKEST).reduce(Duration.ZERO, Duration::plus);
  }

  private Duration processorTime(Client client, String request, int times) throws IOException {
    Duration before = ProcessorTime.ofThreadsButCompilers(server.pid());
    for (int i = 0; i < times; i++) {
      client.ask(request, "");
    }
    return ProcessorTime.ofThreadsButCompilers(server.pid()).minus(before);
  }

  @Test
  void smallRequestsDoNotWaitForAllThatAskForIt() throws Exception {
    List<Client> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(new Client());
    }
    for (int i = 0; i < WARM; i++) { // until it is compiled
      readers.get(0).ask("GET /sets/s", "");
    }
    ExecutorService threads = Executors.newCachedThreadPool();
    try (Client counting = new Client()) {
      AtomicBoolean done = new AtomicBoolean();
      CompletableFuture<Long> longest =
          CompletableFuture.supplyAsync(() -> longestWait(counting, done), threads);

      long start = System.nanoTime();
      for (Client reader : readers) {
        reader.send("GET /sets/s", "");
      }
      List<CompletableFuture<Void>> reading = new ArrayList<>();
      for (Client reader : readers) {
        reading.add(CompletableFuture.runAsync(reader::readAnswer, threads));
      }
      CompletableFuture.allOf(reading.toArray(CompletableFuture[]::new)).get();
      long all = System.nanoTime() - start;
      done.set(true);

      assertThat(longest.get()).as("of %d ns for all", all).isLessThan(all / 2);
    } finally {
      threads.shutdownNow();
      for (Client reader : readers) {
        reader.close();
      }
    }
  }

  private static long longestWait(Client client, AtomicBoolean done) {
    long longest = 0;
    while (!done.get()) {
      long start = System.nanoTime();
      client.ask("PUT /counters/c?increment=1", "");
      longest = Math.max(longest, System.nanoTime() - start);
    }
    return longest;
  }

  /** A connection that reads its answers and keeps none of them. */
  private final class Client implements AutoCloseable {

    private final Socket socket;
    private final byte[] read = new byte[1 << 16];

    Client() throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), server.httpPort());
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(60));
      socket.setTcpNoDelay(true);
    }

    void ask(String request, String body) {
      send(request, body);
      readAnswer();
    }

    void send(String request, String body) {
      String whole =
          request
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
              + "Accept: application/json, application/octet-stream;q=0.9\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body;
      try {
        socket.getOutputStream().write(whole.getBytes(US_ASCII));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void readAnswer() {
      try {
        InputStream in = socket.getInputStream();
        int filled = 0;
        int end = -1;
        String head = "";
        while (end < 0) {
          int more = in.read(read, filled, read.length - filled);
          assertThat(more).as("after %s", head).isPositive();
          filled += more;
          head = new String(read, 0, filled, US_ASCII);
          end = head.indexOf("\r\n\r\n");
        }
        assertThat(head).startsWith("HTTP/1.1 20");
        long left = length(head.substring(0, end).toLowerCase(Locale.ROOT));
        left -= filled - end - 4;
        while (left > 0) {
          int more = in.read(read, 0, (int) Math.min(read.length, left));
          assertThat(more).isPositive();
          left -= more;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private long length(String head) {
      int at = head.indexOf("content-length: ");
      return at < 0
          ? 0
          : Long.parseLong(
              head.substring(at).split("\r\n", 2)[0].substring("content-length: ".length()));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
