package io.purpledb.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.RawHttp2;
import io.purpledb.support.process.ServerProcess;
import io.purpledb.v1.KvGetRequest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for much and read nothing, at a server with a small heap. */
final class UnreadIT {

  private static final int CALLS = 1_000;
  private static final int PIPELINED = 200;
  private static final int WINDOW_UPDATE = 8;
  private static final byte[] VALUE = "v".repeat(1 << 20).getBytes(US_ASCII);

  private final HttpClient client = HttpClient.newHttpClient();
  private ServerProcess server;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    server = ServerProcess.start(directory, "--backend", "memory");
    HttpRequest put =
        HttpRequest.newBuilder(uri("large"))
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(VALUE))
            .build();
    assertThat(client.send(put, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
  }

  @AfterEach
  void stop() {
    server.kill();
  }

  @Test
  void manyCallsOfOneConnectionThatReadsNothingEndThatConnectionAlone() throws Exception {
    byte[] request = KvGetRequest.newBuilder().setKey("large").build().toByteArray();
    try (RawHttp2 greedy = new RawHttp2(server.grpcPort()).open(0)) {
      for (int i = 0; i < CALLS; i++) {
        greedy.call(2 * i + 1, "/purple.v1.KvService/KvGet", request);
      }
      answers();
      greedy.awaitEnd();
    }
    answers();
  }

  /** Else a few such clients would hold the room of all. */
  @Test
  @Tag("long")
  @Timeout(60)
  void aByteNowAndThenIsNoReading() throws Exception {
    byte[] request = KvGetRequest.newBuilder().setKey("large").build().toByteArray();
    byte[] one = {0, 0, 0, 1};
    try (RawHttp2 greedy = new RawHttp2(server.grpcPort()).open(0)) {
      for (int i = 0; i < 200; i++) {
        greedy.call(2 * i + 1, "/purple.v1.KvService/KvGet", request);
      }
      boolean ended = false;
      while (!ended) {
        ended = greedy.isEndedWithin(400);
        try {
          greedy.frame(WINDOW_UPDATE, 0, 0, one).frame(WINDOW_UPDATE, 0, 1, one);
        } catch (IOException closed) {
          ended = true;
        }
      }
    }
    HttpRequest get = HttpRequest.newBuilder(uri("large")).build();
    assertThat(client.send(get, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(200);
  }

  @Test
  void pipelinedRequestsWaitForTheirClientToRead() throws Exception {
    String request =
        "GET /kv/large HTTP/1.1\r\nHost: localhost\r\nAccept: application/octet-stream\r\n\r\n";
    try (Socket greedy = new Socket(InetAddress.getLoopbackAddress(), server.httpPort())) {
      greedy.setSoTimeout(30_000);
      greedy.getOutputStream().write(request.repeat(PIPELINED).getBytes(US_ASCII));
      answers();
      InputStream in = new BufferedInputStream(greedy.getInputStream(), 1 << 16);
      for (int i = 0; i < PIPELINED; i++) {
        assertThat(body(in)).as("answer %d", i).isEqualTo(VALUE);
      }
    }
  }

  private static byte[] body(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      assertThat(next).as("after %s", head).isNotNegative();
      head.append((char) next);
    }
    assertThat(head.toString().getBytes(ISO_8859_1)).asString().startsWith("HTTP/1.1 200");
    return in.readNBytes(VALUE.length);
  }

  /** Others are served, and soon. */
  private void answers() throws Exception {
    HttpRequest get = HttpRequest.newBuilder(uri("none")).timeout(Duration.ofSeconds(5)).build();
    for (int i = 0; i < 20; i++) {
      assertThat(client.send(get, BodyHandlers.discarding()).statusCode()).isEqualTo(404);
    }
  }

  private URI uri(String key) {
    return URI.create("http://127.0.0.1:%d/kv/%s".formatted(server.httpPort(), key));
  }
}
