package io.purpledb.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.RawHttp2;
import io.purpledb.support.process.ServerProcess;
import io.purpledb.v1.KvGetRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that leave a little each, over and over, at a server with a small heap. */
@Tag("long")
@Timeout(120)
final class WaitingIT {

  private static final String GET = "/purple.v1.KvService/KvGet";
  private static final int STREAMS = 256;
  private static final byte[] VALUE = "v".repeat(15_000).getBytes(US_ASCII);

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<AutoCloseable> connections = new ArrayList<>();
  private ServerProcess server;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    server = ServerProcess.startWithHeap(directory, "128m", "--backend", "memory");
    HttpRequest put =
        HttpRequest.newBuilder(uri("small"))
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(VALUE))
            .build();
    assertThat(client.send(put, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable connection : connections) {
      connection.close();
    }
    server.kill();
  }

  @Test
  void smallAnswersWithoutAWindow() throws Exception {
    byte[] request = KvGetRequest.newBuilder().setKey("small").build().toByteArray();
    for (int i = 0; i < 80; i++) {
      RawHttp2 greedy = new RawHttp2(server.grpcPort()).open(0);
      connections.add(greedy);
      try {
        for (int call = 0; call < STREAMS; call++) {
          greedy.call(2 * call + 1, GET, request);
        }
      } catch (SocketException closed) {
        // for it reads nothing
      }
    }
    answers();
  }

  @Test
  void metadataOfCallsThatWaitForTheirMessage() throws Exception {
    ByteArrayOutputStream calls = new ByteArrayOutputStream();
    for (int call = 0; call < STREAMS; call++) {
      block(calls, 2 * call + 1, 30, true);
    }
    for (int i = 0; i < 20; i++) {
      RawHttp2 greedy = new RawHttp2(server.grpcPort()).open(1 << 16);
      connections.add(greedy);
      try {
        greedy.out().write(calls.toByteArray());
      } catch (SocketException closed) {
        // as it may be
      }
    }
    answers();
  }

  @Test
  void headersWithoutAnEnd() throws Exception {
    String head =
        "GET /kv/%s HTTP/1.1\r\nHost: localhost\r\n".formatted("a".repeat(60_000))
            + "x-more: %s\r\n".formatted("y".repeat(900)).repeat(32);
    for (int i = 0; i < 3_000; i++) {
      Socket greedy = new Socket(InetAddress.getLoopbackAddress(), server.httpPort());
      connections.add(greedy);
      try {
        greedy.getOutputStream().write(head.getBytes(US_ASCII));
      } catch (SocketException closed) {
        // without room for it
      }
    }
    answers();
  }

  @Test
  void headerBlocksWithoutAnEnd() throws Exception {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block(block, 1, 120, false);
    for (int i = 0; i < 1_500; i++) {
      RawHttp2 greedy = new RawHttp2(server.grpcPort()).open(1 << 16);
      connections.add(greedy);
      try {
        greedy.out().write(block.toByteArray());
      } catch (SocketException closed) {
        // without room for it
      }
    }
    answers();
  }

  /** The headers of a call with metadata of so many KiB, in as many frames as they need. */
  private static void block(ByteArrayOutputStream to, int stream, int kib, boolean whole)
      throws IOException {
    Map<String, String> more = new HashMap<>();
    more.put("content-type", "application/grpc");
    for (int i = 0; i < kib; i++) {
      more.put("x-" + i, "%04d".formatted(i).repeat(250));
    }
    byte[] block = RawHttp2.headers("POST", GET, more);
    int frame = 16_000;
    for (int at = 0; at < block.length; at += frame) {
      int end = Math.min(block.length, at + frame);
      byte[] part = Arrays.copyOfRange(block, at, end);
      int flags = whole && end == block.length ? RawHttp2.END_HEADERS : 0;
      RawHttp2.frame(to, at == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION, flags, stream, part);
    }
  }

  /** Others are served, and soon. */
  private void answers() throws Exception {
    HttpRequest get = HttpRequest.newBuilder(uri("none")).timeout(Duration.ofSeconds(5)).build();
    for (int i = 0; i < 20; i++) {
      assertThat(client.send(get, BodyHandlers.discarding()).statusCode()).isEqualTo(404);
    }
    assertThat(server.isAlive()).isTrue();
    assertThat(server.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE", "Exception");
  }

  private URI uri(String key) {
    return URI.create("http://127.0.0.1:%d/kv/%s".formatted(server.httpPort(), key));
  }
}
