package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The JSON form of a KV value: what it means, and what is none. */
class JsonBodyTest {

  private static final String TYPE = "content-type";
  private static final String BARE = "application/octet-stream";
  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

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
            server
                .put("/kv/json", " {\"content\" : \"a\\u00e9\\ud83d\\ude00\\n/\"}\n", TYPE, type)
                .status())
        .isEqualTo(204);

    assertThat(server.get("/kv/json", "accept", BARE).text()).isEqualTo("a\u00e9\ud83d\ude00\n/");
  }

  @Test
  void withoutTypeItIsJson() {
    assertThat(server.put("/kv/untyped", "{\"content\":\"x\"}").status()).isEqualTo(204);
    assertThat(server.get("/kv/untyped", "accept", BARE).text()).isEqualTo("x");
    for (String bare : List.of("x", "007", "", "[1]", "{\"value\":\"x\"}", "\ufeff")) {
      assertThat(server.put("/kv/untyped", bare).problem(Kind.INVALID))
          .startsWith(
              "Content-Type: missing (expected: application/octet-stream for a bare value);"
                  + " read as JSON, ")
          .contains("(expected: ");
    }
    assertThat(server.get("/kv/untyped", "accept", BARE).text()).isEqualTo("x");
  }

  @Test
  void jsonCarriesBytesBothWays() {
    String json = "{\"content\":\"/wD+\",\"encoding\":\"base64\"}";
    assertThat(server.put("/kv/bytes", json, TYPE, "application/json").status()).isEqualTo(204);

    assertThat(server.get("/kv/bytes").text())
        .isEqualTo("{\"value\":\"/wD+\",\"encoding\":\"base64\"}");
    assertThat(server.get("/kv/bytes", "accept", BARE).body().getBytes())
        .containsExactly(-1, 0, -2);

    String none = "{\"encoding\":\"base64\",\"content\":\"\"}";
    assertThat(server.put("/kv/bytes", none, TYPE, "application/json").status()).isEqualTo(204);
    assertThat(server.get("/kv/bytes").text()).isEqualTo("{\"value\":\"\"}");
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
        "{\"content\":\"x\",\"ttl\":5}    | ttl: unknown member (expected: content, encoding; a JSON document as it is goes as application/octet-stream)",
        "{\"content\":\"x\",\"content\":\"y\"} | content: given twice (expected: once)",
        "{\"content\":\"x\"}{}            | body: more than one value (expected: a JSON object with content, encoding)",
        "{\"content\":\"\\ud800\"}        | content: a lone surrogate (expected: a text)",
        "{\"content\":\"x\",\"encoding\":\"gzip\"} | encoding: gzip (expected: base64)",
        "{\"\\ud800\":\"x\"}               | ?: unknown member (expected: content, encoding; a JSON document as it is goes as application/octet-stream)",
      })
  void otherJsonIsRefused(String body, String detail) {
    assertThat(server.put("/kv/bad", body, TYPE, "application/json").problem(Kind.INVALID))
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
    assertThat(server.put("/kv/bad", body, TYPE, "application/json").problem(Kind.INVALID))
        .contains("(expected: ");
  }

  /** A dollar of the contract's patterns is the end of the text, and not of its last line. */
  @Test
  void base64HasNoLineBreakAtItsEnd() {
    assertThat(
            server
                .put(
                    "/kv/x",
                    "{\"content\":\"AAAA\\n\",\"encoding\":\"base64\"}",
                    "content-type",
                    "application/json")
                .problem(Kind.INVALID))
        .startsWith("content: ");
  }

  @Test
  void jsonNestedDeeplyIsRefused() {
    String deep = "{\"content\":" + "[".repeat(2000);

    assertThat(server.put("/kv/bad", deep, TYPE, "application/json").problem(Kind.INVALID))
        .startsWith("content: ");
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
      assertThat(
              server.call("PUT", "/kv/bad", body, TYPE, "application/json").problem(Kind.INVALID))
          .startsWith("body: not UTF-8 (expected: ");
    }
  }

  @Test
  void jsonIsUtf8() {
    assertThat(
            server
                .put("/kv/a", "{\"content\":\"x\"}", TYPE, "application/json; charset=utf-16")
                .problem(Kind.UNSUPPORTED_MEDIA_TYPE))
        .isEqualTo("charset: utf-16 (expected: utf-8)");
  }
}
