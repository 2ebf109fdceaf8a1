package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.server.wire.HttpDate;
import io.purpledb.support.LogWatch;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What RFC 9112 says of the framing of messages, and RFC 9110 of all origin servers, by the bytes.
 * Behind each request is another one, which must be served only if it is sure where the first one
 * ends.
 */
class FramingTest {

  private static final String PUT = "PUT /kv/framed HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\n";
  private static final String GET = "GET /ping HTTP/1.1\r\nHost: a\r\n";
  private static final String CHUNKED = PUT + "Transfer-Encoding: chunked\r\n\r\n";
  private static final List<String> ASKED =
      List.of(
          "GET /ping",
          "GET /",
          "GET /docs/",
          "GET /nopath",
          "PUT /kv/framed?value=x",
          "OPTIONS *",
          "OPTIONS /kv/a",
          "GET http://localhost/ping");
  private static final String NEXT =
      "PUT /counters/smuggled?increment=1 HTTP/1.1\r\nHost: a\r\n\r\n";
  @RegisterExtension static final LogWatch LOG = new LogWatch();
  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @AfterEach
  void nothingWasDone() {
    assertThat(server.get("/kv/framed").status()).isEqualTo(404);
    assertThat(server.get("/counters/smuggled").json().getLong("value")).isZero();
    assertThat(LOG.take()).isEmpty();
  }

  private static String unescaped(String text) {
    return text.translateEscapes();
  }

  private static void refused(String request, Kind kind) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(request + NEXT).endOfInput(); // or the server waits a second

      Reply reply = client.reply();
      assertThat(reply.problem(kind)).isNotEmpty();
      assertThat(reply.headers().get("connection")).isEqualTo("close");
      assertThat(reply.headers().contains("date")).isTrue();
      assertThat(client.rest()).isEmpty();
    }
  }

  /** Sections 6.1 and 6.3: a body whose length is not sure, or in a coding that is not known. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: identity\\r\\n\\r\\nhello",
        "Transfer-Encoding: unknown\\r\\n\\r\\nhello",
        "Transfer-Encoding:\\r\\n\\r\\nhello",
        "Transfer-Encoding: chunked;a=b\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: chunked, gzip\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: chunked, identity\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: chunked, chunked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: \\13chunked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding : chunked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: chunked\\r\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: chunked\\r\\nContent-Length: 1\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Content-Length: 11\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Content-Length: 3, 3\\r\\n\\r\\nabc",
        "Content-Length: 3\\r\\nContent-Length: 3\\r\\n\\r\\nabc",
        "Content-Length: +3\\r\\n\\r\\nabc",
        "Content-Length: 0x3\\r\\n\\r\\nabc",
        "Content-Length: 3.0\\r\\n\\r\\nabc",
        "Content-Length: \\331\\243\\r\\n\\r\\nabc",
        "Content-Length:\\r\\n\\r\\nabc",
        "Content-Length: 99999999999999999999\\r\\n\\r\\nabc",
        "Content-Length : 3\\r\\n\\r\\nabc",
      })
  void aBodyWhoseEndIsNotSure(String rest) throws Exception {
    refused(PUT + unescaped(rest), Kind.INVALID);
    refused(
        PUT.replace("/kv/framed", "/ping").replace("PUT", "GET") + unescaped(rest), Kind.INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: gzip, chunked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: gzip\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: identity, chunked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n",
      })
  void aCodingThatIsNotKnown(String rest) throws Exception {
    refused(PUT + unescaped(rest), Kind.NOT_IMPLEMENTED);
  }

  /** Sections 2.2, 3 and 5: what is no request. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /ping HTTP/1.1\\r\\nHost: a\\r\\nHost: a\\r\\n\\r\\n",
        "GET /ping HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n",
        "GET /ping HTTP/1.1\\r\\nHost: a\\r\\n: x\\r\\n\\r\\n",
        "GET /ping HTTP/1.1\\r\\nHost: a\\r\\nX : y\\r\\n\\r\\n",
        "GET /ping HTTP/1.1\\r\\n Host: a\\r\\n\\r\\n",
        "GET /ping HTTP/1.1\\r\\nHost: a\\r\\nX: a\\rb\\r\\n\\r\\n",
        "GET /ping HTTP/1.1\\nHost: a\\n\\n",
        "GET /ping HTTP/1.1 \\r\\nHost: a\\r\\n\\r\\n",
        "GET /ping x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "GET /ping HTTP/1.10\\r\\nHost: a\\r\\n\\r\\n",
        "GET /ping HTTP/01.1\\r\\nHost: a\\r\\n\\r\\n",
        "GET /ping HTTP/1.2\\r\\nHost: a\\r\\n\\r\\n",
        "GET /ping HTTP/3.0\\r\\nHost: a\\r\\n\\r\\n",
        "GET /ping http/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "G\\1T /ping HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
        "GE(T /ping HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
      })
  void whatIsNoRequest(String request) throws Exception {
    refused(unescaped(request), Kind.INVALID);
  }

  /** Section 3.2, whatever is asked: a page, nothing of the contract, the server as a whole. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b", "a/b", "u@a", "a:x", "a:99999", "[::1", "a\\b", "a%20b", "%", "%%", "[]", ":80"
      })
  void aHostThatIsNone(String host) throws Exception {
    for (String request : ASKED) {
      String refused = problem(request + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      assertThat(refused)
          .isEqualTo("Host: " + host + " (expected: a name or an address, and perhaps a port)");
    }
  }

  @Test
  void aHostThatIsMissing() throws Exception {
    for (String request : ASKED) {
      assertThat(problem(request + " HTTP/1.1\r\n\r\n"))
          .isEqualTo("Host: missing (expected: a name or an address, and perhaps a port)");
    }
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      assertThat(client.send("GET /ping HTTP/1.0\r\n\r\n").reply().status()).isEqualTo(200);
    }
  }

  private static String problem(String request) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      return client.send(request).reply().problem(Kind.INVALID);
    }
  }

  /** RFC 9110, section 5.3: lines of one name are one list, whatever the length of the body. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Encoding: identity\\r\\nContent-Encoding: gzip | 415",
        "Content-Encoding: gzip\\r\\nContent-Encoding: identity | 415",
        "Content-Encoding: identity, br                      | 415",
        "Expect: 100-continue\\r\\nExpect: foo                | 417",
        "Expect: foo                                         | 417",
      })
  void aListInSeveralLines(String lines, int status) throws Exception {
    for (String body : List.of("Content-Length: 1\r\n\r\nx", "Content-Length: 0\r\n\r\n")) {
      try (RawHttpClient client = new RawHttpClient(server.port())) {
        client.send(PUT + unescaped(lines) + "\r\n" + body);
        assertThat(client.reply().status()).isEqualTo(status);
      }
    }
  }

  /** Section 3.2.2: a target in absolute form says whom it asks, and Host nothing. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET http://localhost/ping           | evil.example | 200",
        "GET HTTP://127.0.0.1:8080/ping?     | evil.example | 200",
        "GET http://localhost/counters/a?x=1 | localhost    | 400",
        "GET http://localhost                | localhost    | 302",
        "GET http://localhost?a=b            | localhost    | 302",
        "GET http://evil.example/ping        | localhost    | 421",
        "GET https://localhost/ping          | localhost    | 421",
        "GET ftp://localhost/ping            | localhost    | 421",
        "GET http://[::1/ping                | localhost    | 400",
        "GET http:///ping                    | localhost    | 400",
        "GET http://localhost:abc/ping       | localhost    | 400",
        "GET http://u@localhost/ping         | localhost    | 400",
        "GET http://a%20b/ping               | localhost    | 400",
      })
  void aTargetInAbsoluteForm(String request, String host, int status) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(request + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      assertThat(client.reply().status()).isEqualTo(status);
    }
  }

  /** Section 7.1. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "+1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "-1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        " 1\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "1\\nx\\n0\\n\\n",
        "1;a\\nx\\r\\n0\\r\\n\\r\\n",
        "1\\r\\nxy\\r\\n0\\r\\n\\r\\n",
        "1\\r\\nx \\r\\n0\\r\\n\\r\\n",
        "100000001\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "10000000000000001\\r\\nx\\r\\n0\\r\\n\\r\\n",
        "1\\r\\nx\\r\\n0\\r\\nX y\\r\\n\\r\\n",
      })
  void aMalformedChunk(String chunks) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(CHUNKED + unescaped(chunks) + NEXT).endOfInput();
      Reply reply = client.reply();
      assertThat(reply.problem(Kind.INVALID)).startsWith("body: ");
      assertThat(reply.headers().get("connection")).isEqualTo("close");
      assertThat(client.rest()).isEmpty();
    }
  }

  /**
   * Requests that are answered before their body is read, which then proves to be none: what was
   * answered is all that is, and the connection ends, as where the next request begins is not
   * known.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PUT /kv/framed        | Content-Type: a/b\\r\\nContent-Encoding: gzip | 415",
        "PUT /kv/framed        | Content-Type: image                        | 415",
        "PUT /kv/framed        | Content-Type: a/b\\r\\nExpect: foo            | 417",
        "PUT /kv/framed        | Content-Type: a/b\\r\\nIf-Match: *            | 501",
        "PUT /kv/framed?x=1    | Content-Type: a/b                          | 400",
        "GET /kv/framed        | Accept: image/png                          | 406",
        "POST /kv/framed       | Content-Type: a/b                          | 405",
        "OPTIONS *             | X: y                                       | 204",
        "GET /                 | X: y                                       | 302",
        "GET *                 | X: y                                       | 400",
        "PUT /nowhere          | Content-Type: a/b                          | 404",
        "PUT /kv/framed        | Host: evil.example                         | 400",
      })
  void aMalformedBodyOfWhatIsAnsweredAlready(String request, String header, int status)
      throws Exception {
    String head =
        request + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + unescaped(header);
    for (String chunks : List.of("zz\r\n", "1\r\nx\r\n+1\r\n", "1\r\nxy\r\n", "-1\r\n")) {
      try (RawHttpClient client = new RawHttpClient(server.port())) {
        client.send(head + "\r\n\r\n" + chunks + NEXT).endOfInput();
        assertThat(client.reply().status()).isEqualTo(status);
        assertThat(client.rest()).isEmpty();
      }
      try (RawHttpClient client = new RawHttpClient(server.port())) {
        assertThat(client.send(head + "\r\n\r\n").reply().status()).isEqualTo(status);
        client.send(chunks + NEXT).endOfInput();
        assertThat(client.rest()).isEmpty();
      }
    }
  }

  /** The same of a body that proves to be too large before it proves to be none. */
  @Test
  void aMalformedBodyOfWhatIsTooLargeAlready() throws Exception {
    String chunk = "1000\r\n" + "x".repeat(4096) + "\r\n";
    for (String tail : List.of("zz\r\n", chunk + "zz\r\n", "0\r\nX y\r\n\r\n")) {
      try (RawHttpClient client = new RawHttpClient(server.port())) {
        client.send(CHUNKED + chunk + "1\r\nx\r\n");
        assertThat(client.reply().status()).isEqualTo(413);
        client.send(tail + NEXT);
        assertThat(client.rest()).isEmpty();
      }
      try (RawHttpClient client = new RawHttpClient(server.port())) {
        client.send(CHUNKED + chunk + "1\r\nx\r\n" + tail + NEXT).endOfInput();
        assertThat(client.reply().status()).isEqualTo(413);
        assertThat(client.rest()).isEmpty();
      }
    }
  }

  /** What is odd, and allowed. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: , Chunked\\r\\n\\r\\n5;a=\"b\\\\\"\"\\r\\nhello\\r\\n000\\r\\nX: y\\r\\nContent-Length: 9\\r\\n\\r\\n",
        "Transfer-Encoding:\\r\\n chunked\\r\\n\\r\\n05\\r\\nhello\\r\\n0\\r\\n\\r\\n",
        "Content-Length: \\t005 \\r\\n\\r\\nhello",
        "Content-Length: 5\\r\\nX: y\\r\\n z\\r\\n\\r\\nhello",
      })
  void whatIsSure(String rest) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(PUT + unescaped(rest) + GET + "\r\n");
      assertThat(client.reply().status()).isEqualTo(204);
      assertThat(client.reply().status()).isEqualTo(200);
    }
    assertThat(server.get("/kv/framed", "accept", "application/octet-stream").text())
        .isEqualTo("hello");
    server.call("DELETE", "/kv/framed", null);
  }

  /** Section 9.3 and 9.6: persistence. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.1 | close                | true",
        "1.1 | Close                | true",
        "1.1 | x, Close             | true",
        "1.1 | close, x             | true",
        "1.1 | keep-alive, close    | true",
        "1.1 | keep-alive           | false",
        "1.1 | closed               | false",
        "1.0 | x                    | true",
        "1.0 | keep-alive           | false",
        "1.0 | keep-alive, close    | true",
      })
  void aConnectionIsClosedWhenItIsToBe(String version, String option, boolean closed)
      throws Exception {
    String first = "GET /ping HTTP/%s\r\nHost: a\r\nConnection: %s\r\n\r\n";
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(first.formatted(version, option) + GET + "\r\n");
      assertThat(client.reply().status()).isEqualTo(200);
      if (closed) {
        assertThat(client.rest()).isEmpty();
      } else {
        assertThat(client.reply().status()).isEqualTo(200);
      }
    }
  }

  /** RFC 9110, section 10.1.1. */
  @Test
  void aClientOfHttp10IsSentNoInterimAnswer() throws Exception {
    String request =
        "PUT /kv/framed HTTP/1.%d\r\nHost: a\r\nContent-Type: a/b\r\nExpect: 100-continue\r\n"
            + "Content-Length: 1\r\n\r\nx";
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(request.formatted(0));
      assertThat(client.reply().status()).isEqualTo(204);
    }
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(request.formatted(1));
      assertThat(client.reply().status()).isEqualTo(100);
      assertThat(client.reply().status()).isEqualTo(204);
    }
    server.call("DELETE", "/kv/framed", null);
  }

  /** RFC 9110, sections 6.6.1, 8.6 and 15.3.5. */
  @ParameterizedTest
  @CsvSource({
    "GET, /ping, 200",
    "HEAD, /openapi.json, 200",
    "GET, /health/ready, 200",
    "PUT, /flags/a?value=true, 204",
    "GET, /kv/absent, 404",
    "GET, /nothing, 404",
    "POST, /kv/a, 405",
    "PUT, /kv/a?x=1, 400",
  })
  void everyAnswerHasItsDateAndSaysNothingTwice(String method, String path, int status) {
    Instant before = Instant.now().minusSeconds(1);

    Reply reply = server.call(method, path, null);

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.headers().getAll("date")).hasSize(1);
    Instant date =
        ZonedDateTime.parse(reply.headers().get("date"), DateTimeFormatter.RFC_1123_DATE_TIME)
            .toInstant();
    assertThat(Duration.between(before, date)).isBetween(Duration.ZERO, Duration.ofSeconds(21));
    assertThat(reply.headers().contains("content-length")).isEqualTo(status != 204);
    assertThat(reply.headers().contains("transfer-encoding")).isFalse();
    assertThat(reply.headers().get("x-content-type-options")).isEqualTo("nosniff");
    assertThat(reply.headers().get("content-security-policy")).isEqualTo("frame-ancestors 'none'");
  }

  @Test
  void aDateHasTwoDigitsAlways() {
    assertThat(HttpDate.at(784_111_777_999L)).hasToString("Sun, 06 Nov 1994 08:49:37 GMT");
    assertThat(HttpDate.at(784_111_778_000L)).hasToString("Sun, 06 Nov 1994 08:49:38 GMT");
  }
}
