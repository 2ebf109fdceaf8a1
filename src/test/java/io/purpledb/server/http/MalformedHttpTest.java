package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.support.LogWatch;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not HTTP is answered as such, and the server goes on. */
class MalformedHttpTest {

  private static final String END = " HTTP/1.1\r\nHost: a\r\n\r\n";
  @RegisterExtension static final LogWatch LOG = new LogWatch();
  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @AfterEach
  void serverGoesOn() {
    assertThat(server.get("/ping").status()).isEqualTo(200);
    assertThat(LOG.take()).isEmpty();
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET\r\n\r\n",
        "GET /ping\r\n\r\n",
        "GET /ping HTTP/1.2\r\nHost: a\r\n\r\n",
        "GET /ping HTTQ/1.1\r\nHost: a\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost: a\r\nna me: x\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost: a\r\nname: a\0b\r\n\r\n",
        "PUT /kv/a HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "PUT /kv/a HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "PUT /kv/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "\u0016\u0003\u0001a\u0000\r\n\r\n",
      })
  void isRefused(String request) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(request);

      Reply reply = client.reply();
      assertThat(reply.problem(Kind.INVALID)).isNotEmpty();
      assertThat(reply.headers().get("connection")).isEqualTo("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void withoutHostItIsRefused() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("GET /ping HTTP/1.1\r\n\r\n");
      assertThat(client.reply().problem(Kind.INVALID)).contains("Host: missing (expected: a name");
      assertThat(client.isClosedByServer()).isTrue();
    }
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("GET /ping HTTP/1.0\r\n\r\n");
      assertThat(client.reply().status()).isEqualTo(200);
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(ints = {64 * 1024, 2 << 20})
  void aLongRequestLineIsRefused(int length) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      long start = System.nanoTime();
      client.send("GET /kv/" + "k".repeat(length) + END);

      assertThat(client.reply().problem(Kind.URI_TOO_LONG)).startsWith("request line: ");
      assertThat(client.isClosedByServer()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("a client that is still sending must not lose the answer")
          .isGreaterThan(Duration.ofMillis(900));
    }
  }

  @Test
  void aRequestLineMayBeLong() throws Exception {
    String value = "v".repeat(TestHttpServer.MAX_VALUE_BYTES);
    String encoded = value.replace("v", "%76");
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("PUT /cache/a?value=" + encoded + END);
      assertThat(client.reply().status()).isEqualTo(204);

      client.send("GET /kv/" + "k".repeat(65_000) + END);
      client.reply().problem(Kind.INVALID);
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void longHeadersAreRefused() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("GET /ping HTTP/1.1\r\nHost: a\r\nx: " + "x".repeat(32_000) + "\r\n\r\n");
      assertThat(client.reply().status()).isEqualTo(200);

      client.send("GET /ping HTTP/1.1\r\nHost: a\r\nx: " + "x".repeat(33_000) + "\r\n\r\n");
      assertThat(client.reply().problem(Kind.HEADERS_TOO_LARGE)).startsWith("headers: ");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\nhello\r\n0\r\n\r\n",
        "-1\r\n",
        "5\r\nhelloworld\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n"
      })
  void aMalformedChunkIsRefused(String chunks) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(
          "PUT /kv/chunk HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send(chunks);

      Reply reply = client.reply();
      assertThat(reply.problem(Kind.INVALID)).startsWith("body: ");
      assertThat(reply.headers().get("connection")).isEqualTo("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(server.get("/kv/chunk").status()).isEqualTo(404);
  }

  /** Whether the body is read (a value), or thrown away behind a refusal. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(strings = {"PUT /kv/chunk", "PUT /nowhere"})
  void aClientThatIsStillSendingAMalformedBodyHasTheAnswer(String request) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      long start = System.nanoTime();
      client.send(
          request
              + " HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n");
      client.send("x".repeat(8 << 20));

      assertThat(client.reply().status()).isIn(400, 404);
      assertThat(client.isClosedByServer()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(900));
    }
  }

  /** The requests before one with a malformed body are answered, and none after it. */
  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void aMalformedBodyHasItsTurn() throws Exception {
    String chunked = "PUT /kv/chunk HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\n";
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(
          ("GET /counters/x" + END).repeat(3)
              + chunked
              + "Transfer-Encoding: chunked\r\n\r\nx\r\n"
              + ("GET /counters/x" + END).repeat(3));
      for (int i = 0; i < 3; i++) {
        assertThat(client.reply().status()).isEqualTo(200);
      }
      assertThat(client.reply().problem(Kind.INVALID)).startsWith("body: ");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void longTrailersAreRefused() throws Exception {
    String put =
        "PUT /flags/t?value=true HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: ";
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(put + "x".repeat(32_000) + "\r\n\r\n");
      assertThat(client.reply().status()).isEqualTo(204);

      client.send(put + "x".repeat(33_000) + "\r\n\r\n");
      Reply reply = client.reply();
      assertThat(reply.problem(Kind.HEADERS_TOO_LARGE)).startsWith("trailers: ");
      assertThat(reply.headers().get("connection")).isEqualTo("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  /** HTTP/1.0 has no transfer codings, and a message may be malformed in any version. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        "Content-Length: x\r\n\r\n",
        "X: a\0b\r\n\r\n",
      })
  void aClientOfHttp10IsToldThatItsConnectionEnds(String rest) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("PUT /kv/old HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n" + rest);
      Reply reply = client.reply();
      assertThat(reply.problem(Kind.INVALID)).isNotEmpty();
      assertThat(reply.headers().getAll("connection")).containsExactly("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void aClientMayGoAwayInMidRequest() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(
          "PUT /kv/gone HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\nhalf");
    }
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("GET /kv/go");
    }
    assertThat(server.get("/kv/gone").status()).isEqualTo(404);
  }

  /** RFC 9112, section 3.2: it is no path, so there is nothing that it could be the path of. */
  @Test
  void aTargetThatIsNoPathIsRefused() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      for (String target : List.of("ping", "kv/a?x=1", "?a=b", "*?", "**", "http:", "http:/ping")) {
        assertThat(client.send("GET " + target + END).reply().problem(Kind.INVALID))
            .isEqualTo("request target: " + target + " (expected: a path, which begins with /)");
      }
      assertThat(client.send("GET *" + END).reply().problem(Kind.INVALID)).startsWith("request");
      assertThat(client.send("POST *" + END).reply().problem(Kind.INVALID)).startsWith("request");
      assertThat(client.send("OPTIONS a" + END).reply().problem(Kind.INVALID)).startsWith("reques");
      assertThat(client.send("CONNECT a:80" + END).reply().problem(Kind.NOT_IMPLEMENTED))
          .isEqualTo("CONNECT: a:80 (expected: another method, as this server is no proxy)");
    }
  }

  /** RFC 9110, section 9.3.7, and RFC 9112, section 3.2.4. */
  @Test
  void theServerAsAWholeSaysWhatItHas() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      for (String target : List.of("*", "http://localhost", "http://localhost:8080")) {
        Reply reply = client.send("OPTIONS " + target + END).reply();
        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.headers().get("allow")).isEqualTo("DELETE, GET, HEAD, OPTIONS, PUT");
        assertThat(reply.headers().contains("content-length")).isFalse();
      }
      for (String target : List.of("http://localhost/", "http://localhost?a=b", "/")) {
        Reply reply = client.send("OPTIONS " + target + END).reply();
        assertThat(reply.problem(Kind.NO_SUCH_METHOD)).isEqualTo("OPTIONS (expected: GET, HEAD)");
        assertThat(reply.headers().get("allow")).isEqualTo("GET, HEAD");
      }
    }
  }

  @Test
  void requestsMayBePipelined() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(
          "PUT /counters/p?increment=1"
              + END
              + "PUT /counters/p?increment=1"
              + END
              + "PUT /flags/p?value=maybe HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
              + "GET /counters/p"
              + END);

      assertThat(client.reply().json().getLong("value")).isEqualTo(1);
      assertThat(client.reply().json().getLong("value")).isEqualTo(2);
      client.reply().problem(Kind.INVALID);
      assertThat(client.reply().json().getLong("value")).isEqualTo(2);
    }
  }

  @Test
  void garbageHarmsNobody(TestReporter reporter) throws Exception {
    long seed = Long.getLong("purple.seed", System.nanoTime());
    reporter.publishEntry("purple.seed", Long.toString(seed));
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      String garbage =
          random
              .ints(1 + random.nextInt(200), 0, 256)
              .mapToObj(c -> String.valueOf((char) c))
              .collect(Collectors.joining());
      try (RawHttpClient client = new RawHttpClient(server.port())) {
        client.send(garbage + "\r\n\r\n").endOfInput();
        assertThat(client.rest()).as(garbage).doesNotContainPattern("HTTP/\\S+ 5");
      }
    }
  }
}
