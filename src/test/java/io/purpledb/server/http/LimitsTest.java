package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies are bounded in size and time: the bound itself passes, one more does not. */
class LimitsTest {

  private static final int MAX = TestHttpServer.MAX_VALUE_BYTES;
  private static final int MAX_JSON = 6 * MAX + 1024;
  private static final String BARE = "application/octet-stream";
  private static final String PUT =
      "PUT /kv/limit HTTP/1.1\r\nHost: a\r\nContent-Type: " + BARE + "\r\n";

  @RegisterExtension
  static TestHttpServer server = TestHttpServer.start(TestHttpServer.config(MAX, 1_000));

  @Test
  void aValueMayHaveTheLargestSize() {
    Buffer largest = Buffer.buffer(new byte[MAX]);

    assertThat(server.call("PUT", "/kv/max", largest, "content-type", BARE).status())
        .isEqualTo(204);

    assertThat(server.get("/kv/max", "accept", BARE).body()).isEqualTo(largest);
    assertThat(server.put("/cache/max", "c".repeat(MAX)).status()).isEqualTo(204);
    assertThat(server.call("PUT", "/cache/max?value=" + "c".repeat(MAX), null).status())
        .isEqualTo(204);
  }

  @Test
  void aLargerValueIsRefused() {
    String refused = "body: 4097 bytes (expected: at most 4096, by the server's max-value-bytes)";
    String larger = "x".repeat(MAX + 1);

    assertThat(server.put("/kv/more", larger, "content-type", BARE).problem(Kind.TOO_LARGE))
        .isEqualTo(refused);
    assertThat(server.put("/cache/more", larger).problem(Kind.TOO_LARGE)).isEqualTo(refused);
    assertThat(server.call("PUT", "/cache/more?value=" + larger, null).problem(Kind.TOO_LARGE))
        .startsWith("value: 4097 bytes (expected: ");
    assertThat(server.get("/kv/more").status()).isEqualTo(404);
  }

  @Test
  void jsonMayEscapeEveryByte() {
    String body = "{\"content\":\"" + "\\u0041".repeat(MAX) + "\"}";
    assertThat(server.put("/kv/json", body).status()).isEqualTo(204);
    assertThat(server.get("/kv/json", "accept", BARE).text()).isEqualTo("A".repeat(MAX));

    String larger = "{\"content\":\"" + "A".repeat(MAX + 1) + "\"}";
    assertThat(server.put("/kv/json", larger).problem(Kind.TOO_LARGE))
        .startsWith("value: 4097 bytes (expected: ");
    String padded = body + " ".repeat(MAX_JSON - body.length());
    assertThat(server.put("/kv/json", padded).status()).isEqualTo(204);
    assertThat(server.put("/kv/json", padded + " ").problem(Kind.TOO_LARGE))
        .startsWith("body: " + (MAX_JSON + 1) + " bytes (expected: at most " + MAX_JSON);
  }

  /** JSON libraries have bounds of their own, some at 20 million characters. */
  @Test
  void jsonMayBeAsLargeAsTheSettingAllows() {
    String text = "x".repeat(24 << 20);
    try (TestHttpServer large = TestHttpServer.start(TestHttpServer.config(64 << 20, 20_000))) {
      assertThat(large.put("/kv/large", "{\"content\":\"" + text + "\"}").status()).isEqualTo(204);

      assertThat(large.get("/kv/large", "accept", BARE).text()).isEqualTo(text);
      assertThat(large.get("/kv/large").body().length()).isEqualTo(text.length() + 12);
    }
  }

  @Test
  void aBodyThatIsAnnouncedAsTooLargeIsRefusedUnread() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(PUT + "Content-Length: 9223372036854775807\r\n\r\n");

      assertThat(client.reply().problem(Kind.TOO_LARGE))
          .startsWith("body: 9223372036854775807 bytes");
    }
  }

  @Test
  void aChunkedBodyIsBoundedAsItComes() throws Exception {
    String chunk = "1000\r\n" + "x".repeat(4096) + "\r\n";
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(PUT + "Transfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n");
      assertThat(client.reply().status()).isEqualTo(204);

      client.send(PUT + "Transfer-Encoding: chunked\r\n\r\n" + chunk + "1\r\nx\r\n");
      assertThat(client.reply().problem(Kind.TOO_LARGE))
          .isEqualTo(
              "body: more than 4096 bytes (expected: at most 4096, by the server's max-value-bytes)");

      client.send(chunk + "0\r\n\r\n" + "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.reply().status()).isEqualTo(200);
    }
  }

  @Test
  void anEmptyChunkedBodyIsNone() throws Exception {
    String empty = "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("GET /ping HTTP/1.1\r\n" + empty);
      assertThat(client.reply().status()).isEqualTo(200);

      client.send(
          "GET /ping HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
      assertThat(client.reply().problem(Kind.UNSUPPORTED_MEDIA_TYPE))
          .isEqualTo("body: more than 0 bytes (expected: no body)");
    }
  }

  @Test
  void aClientThatAsksFirstIsToldToGoOn() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(PUT + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.reply().status()).isEqualTo(100);

      client.send("hello");
      assertThat(client.reply().status()).isEqualTo(204);
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/kv/expect"))
            .expectContinue(true)
            .header("content-type", BARE)
            .PUT(BodyPublishers.ofString("hello"))
            .build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(server.get("/kv/expect").json().getString("value")).isEqualTo("hello");
  }

  @Test
  void aClientThatAsksForTooMuchIsNotToldToGoOn() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(PUT + "Content-Length: 4097\r\nExpect: 100-continue\r\n\r\n");

      client.reply().problem(Kind.TOO_LARGE);
    }
  }

  @Test
  void anotherExpectationFails() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(PUT + "Content-Length: 5\r\nExpect: a-miracle\r\n\r\nhello");

      assertThat(client.reply().problem(Kind.EXPECTATION_FAILED))
          .isEqualTo("Expect: a-miracle (expected: 100-continue)");
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 10\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
      })
  void aBodyThatDoesNotComeInTimeIsRefused(String half) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(PUT.replace("/limit", "/half") + half);

      Reply reply = client.reply();
      assertThat(reply.problem(Kind.REQUEST_TIMEOUT))
          .isEqualTo("body: 5 bytes in 1000 ms (expected: all of it)");
      assertThat(reply.headers().get("connection")).isEqualTo("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(server.get("/kv/half").status()).isEqualTo(404);
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void aClientOfHttp10ThatIsTooLateIsToldThatItsConnectionEnds() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(
          "PUT /kv/half HTTP/1.0\r\nConnection: keep-alive\r\nContent-Type: a/b\r\n"
              + "Content-Length: 9\r\n\r\nhalf");

      Reply reply = client.reply();
      assertThat(reply.status()).isEqualTo(408);
      assertThat(reply.headers().getAll("connection")).containsExactly("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }
}
