package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What bodies mean, by operation and media type. */
class BodyTest {

  private static final String TYPE = "content-type";
  private static final String BARE = "application/octet-stream";
  private static TestDoor door;

  @BeforeAll
  static void start() {
    door = TestDoor.start();
  }

  @AfterAll
  static void stop() {
    door.close();
  }

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

    assertThat(door.call("PUT", "/kv/bare", bytes, TYPE, type).status()).isEqualTo(204);

    assertThat(door.get("/kv/bare", "accept", BARE).body()).isEqualTo(bytes);
  }

  @Test
  void anEmptyBodyIsAnEmptyValue() {
    assertThat(door.put("/kv/empty", "", TYPE, BARE).status()).isEqualTo(204);

    Reply bare = door.get("/kv/empty", "accept", BARE);
    assertThat(bare.status()).isEqualTo(200);
    assertThat(bare.body().length()).isZero();
    assertThat(door.get("/kv/empty").text()).isEqualTo("{\"value\":\"\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/json; profile=x"
      })
  void jsonHasTheValueInContent(String type) {
    assertThat(
            door.put("/kv/json", " {\"content\" : \"a\\u00e9\\ud83d\\ude00\\n/\"}\n", TYPE, type)
                .status())
        .isEqualTo(204);

    assertThat(door.get("/kv/json", "accept", BARE).text()).isEqualTo("a\u00e9\ud83d\ude00\n/");
  }

  @Test
  void withoutTypeItIsJson() {
    assertThat(door.put("/kv/untyped", "{\"content\":\"x\"}").status()).isEqualTo(204);
    assertThat(door.get("/kv/untyped", "accept", BARE).text()).isEqualTo("x");
    assertThat(door.put("/kv/untyped", "x").status()).isEqualTo(400);
  }

  @Test
  void jsonCarriesBytesBothWays() {
    String json = "{\"content\":\"/wD+\",\"encoding\":\"base64\"}";
    assertThat(door.put("/kv/bytes", json, TYPE, "application/json").status()).isEqualTo(204);

    assertThat(door.get("/kv/bytes").text())
        .isEqualTo("{\"value\":\"/wD+\",\"encoding\":\"base64\"}");
    assertThat(door.get("/kv/bytes", "accept", BARE).body().getBytes()).containsExactly(-1, 0, -2);

    String none = "{\"encoding\":\"base64\",\"content\":\"\"}";
    assertThat(door.put("/kv/bytes", none, TYPE, "application/json").status()).isEqualTo(204);
    assertThat(door.get("/kv/bytes").text()).isEqualTo("{\"value\":\"\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                              | body: not a JSON object (expected: a JSON object with content, encoding)",
        "[]                              | body: not a JSON object (expected: a JSON object with content, encoding)",
        "\"x\"                           | body: not a JSON object (expected: a JSON object with content, encoding)",
        "{}                              | content: missing (expected: a text)",
        "{\"content\":\"\"}              | content: empty (expected: a text that is not empty)",
        "{\"content\":5}                 | content: 5 (expected: a text)",
        "{\"content\":null}              | content: null (expected: a text)",
        "{\"content\":{\"a\":1}}         | content: an object or array (expected: a text)",
        "{\"content\":\"x\",\"ttl\":5}    | ttl: unknown member (expected: content, encoding)",
        "{\"content\":\"x\",\"content\":\"y\"} | content: given twice (expected: once)",
        "{\"content\":\"x\"}{}            | body: more than one value (expected: a JSON object with content, encoding)",
        "{\"content\":\"\\ud800\"}        | content: a lone surrogate (expected: a text)",
        "{\"content\":\"x\",\"encoding\":\"gzip\"} | encoding: gzip (expected: base64)",
        "{\"\\ud800\":\"x\"}               | ?: unknown member (expected: content, encoding)",
      })
  void otherJsonIsRefused(String body, String detail) {
    assertThat(door.put("/kv/bad", body, TYPE, "application/json").problem(Kind.INVALID))
        .isEqualTo(detail);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"content\"",
        "{\"content\":",
        "{\"content\":\"x",
        "{\"content\":\"x\"",
        "{'content':'x'}",
        "nul",
        "{\"content\":\"\n\"}",
        "{\"content\":\"\\x\"}",
        "{\"content\":\"x\",}",
        "\ufeff{\"content\":\"x\"}",
        "{\"content\":\"!\",\"encoding\":\"base64\"}",
        "{\"content\":\"x\"} x"
      })
  void whatIsNotJsonIsRefused(String body) {
    assertThat(door.put("/kv/bad", body, TYPE, "application/json").problem(Kind.INVALID))
        .contains("(expected: ");
  }

  @Test
  void jsonNestedDeeplyIsRefused() {
    String deep = "{\"content\":" + "[".repeat(2000);

    assertThat(door.put("/kv/bad", deep).problem(Kind.INVALID)).startsWith("content: ");
  }

  @Test
  void jsonThatIsNotUtf8IsRefused() {
    Buffer latin1 = Buffer.buffer("{\"content\":\"").appendByte((byte) 0xe9).appendString("\"}");
    Buffer surrogate =
        Buffer.buffer("{\"content\":\"")
            .appendBytes(new byte[] {-19, -96, -128})
            .appendString("\"}");
    Buffer utf16 = Buffer.buffer("{\"content\":\"x\"}", "UTF-16");

    for (Buffer body : new Buffer[] {latin1, surrogate, utf16}) {
      assertThat(door.call("PUT", "/kv/bad", body, TYPE, "application/json").problem(Kind.INVALID))
          .startsWith("body: not UTF-8 (expected: ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "text/plain; charset=UTF-8", BARE, "application/json", "x/y"})
  void theCacheTakesAnyTextAsBody(String type) {
    String text = "{\"content\":\"a\u00e9\"}+%41";

    assertThat(door.put("/cache/body?ttl=60", text, TYPE, type).status()).isEqualTo(204);

    assertThat(door.get("/cache/body").json().getString("value")).isEqualTo(text);
    Reply bare = door.get("/cache/body", "accept", "text/plain");
    assertThat(bare.text()).isEqualTo(text);
    assertThat(bare.type()).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void theCacheTakesParameterOrBody() {
    assertThat(door.put("/cache/c?value=x", "y").problem(Kind.INVALID))
        .isEqualTo(
            "value: given twice (expected: the parameter value or a body that is not empty)");
    assertThat(door.put("/cache/c", "").problem(Kind.INVALID)).startsWith("value: missing");
    assertThat(door.call("PUT", "/cache/c", Buffer.buffer(new byte[] {-1})).problem(Kind.INVALID))
        .isEqualTo("body: not UTF-8 (expected: UTF-8)");
    assertThat(
            door.put("/cache/c", "x", TYPE, "text/plain; charset=latin1")
                .problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("charset: latin1 (expected: utf-8)");
    assertThat(door.get("/cache/c").status()).isEqualTo(404);
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
    assertThat(door.put("/kv/a", "x", TYPE, type).problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("Content-Type: " + type + " (expected: one media type)");
  }

  @Test
  void twoTypesAreRefused() {
    assertThat(
            door.put("/kv/a", "x", TYPE, "a/b", TYPE, "a/b").problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("Content-Type: a/b, a/b (expected: one media type)");
  }

  @Test
  void jsonIsUtf8() {
    assertThat(
            door.put("/kv/a", "{\"content\":\"x\"}", TYPE, "application/json; charset=utf-16")
                .problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("charset: utf-16 (expected: utf-8)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "identity, gzip", "x"})
  void anEncodedBodyIsRefused(String encoding) {
    Reply reply = door.put("/kv/a", "x", TYPE, BARE, "content-encoding", encoding);

    assertThat(reply.problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("Content-Encoding: " + encoding + " (expected: identity)");
    assertThat(reply.headers().get("accept-encoding")).isEqualTo("identity");
  }

  @Test
  void identityIsNoEncoding() {
    assertThat(door.put("/kv/a", "x", TYPE, BARE, "content-encoding", "Identity").status())
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
    Reply reply = door.call(method, path, Buffer.buffer("x"), TYPE, "text/plain");

    assertThat(reply.status()).isEqualTo(415);
    if (!method.equals("HEAD")) {
      assertThat(reply.problem(Kind.UNSUPPORTED_MEDIA_TYPE))
          .isEqualTo("body: 1 bytes (expected: no body)");
    }
    assertThat(reply.headers().contains("accept-encoding")).isFalse();
    assertThat(door.get("/counters/a").json().getLong("value")).isZero();
  }
}
