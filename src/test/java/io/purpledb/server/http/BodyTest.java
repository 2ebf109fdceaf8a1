package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What bodies mean, by operation and media type. */
class BodyTest {

  private static final String TYPE = "content-type";
  private static final String BARE = "application/octet-stream";
  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @ParameterizedTest
  @ValueSource(
      strings = {
        BARE,
        "text/plain",
        "text/plain; charset=iso-8859-1",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonfoo",
        "application/problem+json",
        "image/png",
        "x/y;z=\"a;b\\\"c\";",
        "*/*"
      })
  void aBareValueIsKept(String type) {
    Buffer bytes =
        Buffer.buffer(new byte[] {0, -1, '%', '4', '1', '+', '\r', '\n', -128, 'a', '=', '&'});

    assertThat(server.call("PUT", "/kv/bare", bytes, TYPE, type).status()).isEqualTo(204);

    assertThat(server.get("/kv/bare", "accept", BARE).body()).isEqualTo(bytes);
  }

  @Test
  void anEmptyBodyIsAnEmptyValue() {
    assertThat(server.put("/kv/empty", "", TYPE, BARE).status()).isEqualTo(204);

    Reply bare = server.get("/kv/empty", "accept", BARE);
    assertThat(bare.status()).isEqualTo(200);
    assertThat(bare.body().length()).isZero();
    assertThat(server.get("/kv/empty").text()).isEqualTo("{\"value\":\"\"}");
  }

  /** In HTTP/1.1 it says that there is no body, as hyper does. */
  @Test
  void aBodyThatIsNotThereIsAnEmptyValue() throws Exception {
    server.put("/kv/none", "before", TYPE, BARE);
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("PUT /kv/none HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\n\r\n");
      assertThat(client.reply().status()).isEqualTo(204);
    }
    assertThat(server.get("/kv/none", "accept", BARE).text()).isEmpty();
  }

  /** What follows is what was to be written: clients of HTTP/1.0 need not say how long it is. */
  @Test
  void aWriteOfHttp10ThatDoesNotSayHowLongItIsEmptiesNothing() throws Exception {
    server.put("/kv/kept", "precious", TYPE, BARE);
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(
          "PUT /kv/kept HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Type: a/b\r\n\r\nabc");
      Reply reply = client.reply();

      assertThat(reply.problem(Kind.INVALID))
          .isEqualTo("body: no Content-Length (expected: one; 0 for an empty value)");
      assertThat(reply.headers().get("connection")).isEqualTo("close");
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(server.get("/kv/kept", "accept", BARE).text()).isEqualTo("precious");
  }

  @ParameterizedTest
  @CsvSource({
    "content-md5, kAFQmDzST7DWlj99KOF/cg==",
    "content-digest, sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:",
    "repr-digest, 'unknown=:AAAA:, sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:'",
    "digest, SHA-256=ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    "digest, crc32c=AAAA",
  })
  void aDigestOfTheBodyIsHeeded(String header, String right) {
    assertThat(server.put("/kv/digest", "abc", TYPE, BARE, header, right).status()).isEqualTo(204);
  }

  @ParameterizedTest
  @CsvSource({
    "content-md5, AAAA",
    "content-digest, sha-256=:AAAA:",
    "content-digest, 'unknown=:AAAA:, sha-512=:AAAA:'",
    "repr-digest, sha-256=:AAAA:",
    "digest, SHA-256=AAAA",
    "digest, md5=AAAA",
  })
  void whatIsNotWhatWasMeantIsNotStored(String header, String wrong) {
    server.put("/kv/digest", "before", TYPE, BARE);

    for (String body : new String[] {"abc", ""}) {
      assertThat(server.put("/kv/digest", body, TYPE, BARE, header, wrong).problem(Kind.INVALID))
          .startsWith(header + ": ")
          .contains("expected: that of the body");
    }
    assertThat(server.get("/kv/digest", "accept", BARE).text()).isEqualTo("before");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "text/plain; charset=UTF-8", BARE, "application/json", "x/y"})
  void theCacheTakesAnyTextAsBody(String type) {
    String text = "{\"content\":\"a\u00e9\"}+%41";

    assertThat(server.put("/cache/body?ttl=60", text, TYPE, type).status()).isEqualTo(204);

    assertThat(server.get("/cache/body").json().getString("value")).isEqualTo(text);
    Reply bare = server.get("/cache/body", "accept", "text/plain");
    assertThat(bare.text()).isEqualTo(text);
    assertThat(bare.type()).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void theCacheTakesParameterOrBody() {
    assertThat(server.put("/cache/c?value=x", "y").problem(Kind.INVALID))
        .isEqualTo(
            "value: given twice (expected: the parameter value or a body that is not empty)");
    assertThat(server.put("/cache/c", "").problem(Kind.INVALID)).startsWith("value: missing");
    assertThat(server.call("PUT", "/cache/c", Buffer.buffer(new byte[] {-1})).problem(Kind.INVALID))
        .isEqualTo("body: not UTF-8 (expected: UTF-8)");
    assertThat(
            server
                .put("/cache/c", "x", TYPE, "text/plain; charset=latin1")
                .problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("charset: latin1 (expected: utf-8)");
    assertThat(server.get("/cache/c").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "json",
        "a/",
        "/b",
        "a/b/c",
        "a b/c",
        "a/b; x",
        "a/b; x=",
        "a/b; x=\"",
        "a/b, c/d",
        "a/b;x=y z"
      })
  void aMalformedTypeIsRefused(String type) {
    assertThat(server.put("/kv/a", "x", TYPE, type).problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("Content-Type: " + type + " (expected: one media type)");
  }

  @Test
  void twoTypesAreRefused() {
    assertThat(
            server.put("/kv/a", "x", TYPE, "a/b", TYPE, "a/b").problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("Content-Type: a/b, a/b (expected: one media type)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "identity, gzip", "x"})
  void anEncodedBodyIsRefused(String encoding) {
    Reply reply = server.put("/kv/a", "x", TYPE, BARE, "content-encoding", encoding);

    assertThat(reply.problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("Content-Encoding: " + encoding + " (expected: identity)");
    assertThat(reply.headers().get("accept-encoding")).isEqualTo("identity");
  }

  @Test
  void identityIsNoEncoding() {
    assertThat(server.put("/kv/a", "x", TYPE, BARE, "content-encoding", "Identity").status())
        .isEqualTo(204);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /kv/a", "DELETE, /kv/a", "GET, /cache/a", "GET, /counters/a",
        "PUT, /counters/a?increment=1",
    "GET, /flags/a", "PUT, /flags/a?value=1", "GET, /sets/a", "PUT, /sets/a?item=x",
        "DELETE, /sets/a?item=x",
    "GET, /ping", "GET, /health/live", "GET, /openapi.json", "HEAD, /ping"
  })
  void anOperationWithoutBodyTakesNone(String method, String path) {
    Reply reply = server.call(method, path, Buffer.buffer("x"), TYPE, "text/plain");

    assertThat(reply.status()).isEqualTo(415);
    if (!method.equals("HEAD")) {
      assertThat(reply.problem(Kind.UNSUPPORTED_MEDIA_TYPE))
          .isEqualTo("body: 1 bytes (expected: no body)");
    }
    assertThat(reply.headers().contains("accept-encoding")).isFalse();
    assertThat(server.get("/counters/a").json().getLong("value")).isZero();
  }
}
