package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.RawHttp2;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients of HTTP/2 that give the answers to their requests no window, however small these are. */
@Tag("long")
@Timeout(60)
class Http2WindowTest {

  private static final int PING = 6;
  private static final int WINDOW = 65_535;

  @RegisterExtension
  static TestHttpServer server = TestHttpServer.start(TestHttpServer.config(1 << 20, 60_000));

  private final List<RawHttp2> connections = new ArrayList<>();

  @BeforeAll
  static void start() {
    server.call(
        "PUT",
        "/kv/large",
        Buffer.buffer("x".repeat(300_000)),
        "content-type",
        "application/octet-stream");
  }

  @AfterEach
  void close() throws Exception {
    for (RawHttp2 connection : connections) {
      connection.close();
    }
  }

  private RawHttp2 connect(int window) throws IOException {
    RawHttp2 connection = new RawHttp2(server.port()).open(window);
    connections.add(connection);
    return connection;
  }

  private static void get(RawHttp2 connection, int stream, String path) throws IOException {
    connection.frame(
        RawHttp2.HEADERS,
        RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
        stream,
        Http2Client.request("GET", path));
  }

  private static boolean isEnded(RawHttp2 connection) {
    try {
      connection.frame(PING, 0, 0, new byte[8]);
      return connection.isEndedWithin(20);
    } catch (IOException closed) {
      return true;
    }
  }

  @Test
  void theirConnectionsEndAndNoOthers() throws Exception {
    RawHttp2 patient = connect(WINDOW);
    get(patient, 1, "/ping");
    RawHttp2 asksNothing = connect(0);
    RawHttp2 uploads = connect(0);
    uploads.frame(
        RawHttp2.HEADERS,
        RawHttp2.END_HEADERS,
        1,
        Http2Client.request("PUT", "/kv/up", "content-type", "a/b"));
    RawHttp2 small = connect(0);
    get(small, 1, "/health/live");
    RawHttp2 refused = connect(0);
    get(refused, 1, "/none");
    RawHttp2 fewBytes = connect(3);
    get(fewBytes, 1, "/health/live");
    RawHttp2 large = connect(0);
    get(large, 1, "/kv/large");
    RawHttp2 ofConnection = connect(Integer.MAX_VALUE);
    get(ofConnection, 1, "/kv/large");
    RawHttp2 upgraded = new RawHttp2(server.port()).upgrade("GET", "/health/live", 0);
    connections.add(upgraded);

    List<RawHttp2> all = List.of(small, refused, fewBytes, large, ofConnection, upgraded);
    List<RawHttp2> left = new ArrayList<>(all);
    long start = System.nanoTime();
    while (!left.isEmpty()) {
      left.removeIf(Http2WindowTest::isEnded);
      assertThat(System.nanoTime() - start)
          .as("connections that are left: %s", left.stream().map(all::indexOf).toList())
          .isLessThan(30_000_000_000L);
    }

    assertThat(isEnded(patient)).isFalse();
    assertThat(isEnded(asksNothing)).isFalse();
    assertThat(isEnded(uploads)).isFalse();
  }

  @Test
  void whoReadsLateHasAllAnswers() throws Exception {
    RawHttp2 greedy = connect(Integer.MAX_VALUE);
    greedy.frame(Http2Client.WINDOW_UPDATE, 0, 0, new byte[] {0x7f, 0x0f, 0, 0});
    for (int i = 0; i < 256; i++) {
      get(greedy, 2 * i + 1, "/kv/large");
    }
    Http2Client reader = new Http2Client(greedy);
    for (int i = 0; i < 256; i++) {
      assertThat(reader.reply(2 * i + 1).status()).isIn(200, 503);
    }
  }
}
