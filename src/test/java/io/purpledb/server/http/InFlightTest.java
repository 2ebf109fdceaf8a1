package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.LogWatch;
import io.vertx.core.buffer.Buffer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The bytes of all requests have a bound: one beyond it is told to come again. */
@Timeout(30)
class InFlightTest {

  private static final int BOUND = 60_000;

  @RegisterExtension static final LogWatch LOG = new LogWatch();

  @Test
  void aRequestBeyondItIsRefusedBeforeItsBodyIsRead() throws Exception {
    try (TestHttpServer server =
            TestHttpServer.start(TestHttpServer.config(1 << 20, 10_000, BOUND));
        Socket slow = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      send(slow, "PUT /kv/slow HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n");
      send(slow, "Expect: 100-continue\r\nContent-Length: 40000\r\n\r\n");
      assertThat(read(slow, 12)).startsWith("HTTP/1.1 100");

      HttpResponse<String> refused = put(server, BodyPublishers.ofByteArray(new byte[40_000]));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
      assertThat(refused.body()).contains("40000 are in flight", "max-in-flight-bytes");
      HttpResponse<String> unannounced =
          put(server, BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(new byte[40_000])));
      assertThat(unannounced.statusCode()).isEqualTo(503);
      assertThat(put(server, BodyPublishers.ofString("small")).statusCode()).isEqualTo(204);

      send(slow, "x".repeat(40_000));
      assertThat(read(slow, 40)).contains("HTTP/1.1 204");
      for (int i = 0; i < 3; i++) {
        assertThat(put(server, BodyPublishers.ofByteArray(new byte[40_000])).statusCode())
            .isEqualTo(204);
      }
    }
  }

  /**
   * For want of room, too, what was answered stays the only answer when the body proves to be none.
   */
  @Test
  void aMalformedBodyOfWhatIsRefusedAlreadyIsNotAnswered() throws Exception {
    String begin =
        "PUT /kv/none HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n";
    String chunks = ("4000\r\n" + "x".repeat(0x4000) + "\r\n").repeat(4);
    try (TestHttpServer server =
            TestHttpServer.start(TestHttpServer.config(1 << 20, 10_000, BOUND));
        Socket slow = new Socket(InetAddress.getLoopbackAddress(), server.port());
        RawHttpClient client = new RawHttpClient(server.port())) {
      send(slow, "PUT /kv/slow HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n");
      send(slow, "Expect: 100-continue\r\nContent-Length: 40000\r\n\r\n");
      assertThat(read(slow, 12)).startsWith("HTTP/1.1 100");
      Reply reply = client.send(begin + chunks + chunks + "zz\r\n" + begin).reply();
      assertThat(reply.status()).as(reply.text()).isEqualTo(503);
      assertThat(client.rest()).isEmpty();
      assertThat(LOG.take()).isEmpty();
    }
  }

  @Test
  void aClientThatGoesAwayAndARequestThatFailsHaveNothing() throws Exception {
    try (TestHttpServer server =
        TestHttpServer.start(TestHttpServer.config(1 << 20, 10_000, BOUND))) {
      try (Socket gone = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        send(gone, "PUT /kv/gone HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n");
        send(gone, "Expect: 100-continue\r\nContent-Length: 40000\r\n\r\n");
        assertThat(read(gone, 12)).startsWith("HTTP/1.1 100");
      }
      Buffer wrong = Buffer.buffer("{".repeat(30_000));
      for (int i = 0; i < 3; i++) {
        assertThat(
                server.call("PUT", "/kv/wrong", wrong, "content-type", "application/json").status())
            .isEqualTo(400);
      }
      int status = 503;
      for (int i = 0; i < 1_000 && status == 503; i++) {
        status = put(server, BodyPublishers.ofByteArray(new byte[40_000])).statusCode();
      }
      assertThat(status).isEqualTo(204);
    }
  }

  private static HttpResponse<String> put(TestHttpServer server, HttpRequest.BodyPublisher body)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/kv/k"))
                .header("content-type", "application/octet-stream")
                .PUT(body)
                .build(),
            BodyHandlers.ofString());
  }

  private static void send(Socket socket, String text) throws Exception {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String read(Socket socket, int bytes) throws Exception {
    InputStream in = socket.getInputStream();
    return new String(in.readNBytes(bytes), StandardCharsets.US_ASCII);
  }
}
