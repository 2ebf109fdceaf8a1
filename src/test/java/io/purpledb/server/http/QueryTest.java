package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Query parameters are checked strictly, and a refusal says what is wrong. */
class QueryTest {

  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/counters/a | increment: missing (expected: a 64-bit integer)",
        "/counters/a?increment=abc | increment: abc (expected: a 64-bit integer)",
        "/counters/a?increment= | increment: empty (expected: a 64-bit integer)",
        "/counters/a?increment | increment: empty (expected: a 64-bit integer)",
        "/counters/a?increment=- | increment: - (expected: a 64-bit integer)",
        "/counters/a?increment=1.0 | increment: 1.0 (expected: a 64-bit integer)",
        "/counters/a?increment=1e3 | increment: 1e3 (expected: a 64-bit integer)",
        "/counters/a?increment=0x1 | increment: 0x1 (expected: a 64-bit integer)",
        "/counters/a?increment=1L | increment: 1L (expected: a 64-bit integer)",
        "/counters/a?increment=%D9%A1 | increment: \u0661 (expected: a 64-bit integer)",
        "/counters/a?increment=9223372036854775808 | increment: 9223372036854775808 (expected: a 64-bit integer)",
        "/counters/a?increment=-9223372036854775809 | increment: -9223372036854775809 (expected: a 64-bit integer)",
        "/counters/a?increment=1&increment=1 | increment: given twice (expected: once)",
        "/counters/a?increment=1&amount=2 | amount: unknown query parameter (expected: increment, keyEncoding)",
        "/counters/a?Increment=1 | Increment: unknown query parameter (expected: increment, keyEncoding)",
        "/counters/a?=1 | : unknown query parameter (expected: increment, keyEncoding)",
        "/counters/a?increment=%zz | increment: %zz (expected: percent-encoded UTF-8)",
        "/counters/a?increment=% | increment: % (expected: percent-encoded UTF-8)",
        "/counters/a?%zz=1 | query: %zz (expected: percent-encoded UTF-8)",
        "/counters/a?increment=%ED%A0%80 | increment: %ED%A0%80 (expected: percent-encoded UTF-8)",
        "/flags/a | value: missing (expected: one of 1 t T TRUE true True 0 f F FALSE false False)",
        "/flags/a?value=maybe | value: maybe (expected: one of 1 t T TRUE true True 0 f F FALSE false False)",
        "/flags/a?value=tRUE | value: tRUE (expected: one of 1 t T TRUE true True 0 f F FALSE false False)",
        "/flags/a?value=+true | value:  true (expected: one of 1 t T TRUE true True 0 f F FALSE false False); in a query a + is a space: leave it out, or send it as %2B",
        "/flags/a?value= | value: empty (expected: one of 1 t T TRUE true True 0 f F FALSE false False)",
        "/sets/a | item: missing (expected: 1 to 1024 bytes of UTF-8)",
        "/sets/a?item= | item: empty (expected: 1 to 1024 bytes of UTF-8)",
        "/cache/a?value=x&ttl=-1 | ttl: -1 (expected: 0 to 315360000 seconds; 0 means the default)",
        "/cache/a?value=x&ttl=315360001 | ttl: 315360001 (expected: 0 to 315360000 seconds; 0 means the default)",
        "/cache/a?value=x&ttl=4294967297 | ttl: 4294967297 (expected: 0 to 315360000 seconds; 0 means the default)",
        "/cache/a?value=x&ttl=5s | ttl: 5s (expected: 0 to 315360000 seconds; 0 means the default)",
        "/cache/a?value=x&colour=blue | colour: unknown query parameter (expected: value, ttl, keyEncoding)",
        "/cache/a?value= | value: empty (expected: a text that is not empty)",
        "/cache/a | value: missing (expected: the parameter value or a body that is not empty)",
      })
  void isRefused(String path, String detail) {
    assertThat(server.call("PUT", path, null).problem(Kind.INVALID)).isEqualTo(detail);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /kv/a, keyEncoding",
    "DELETE, /kv/a, keyEncoding",
    "GET, /counters/a, keyEncoding",
    "GET, /sets/a, keyEncoding",
    "GET, /ping, none",
    "GET, /docs, none"
  })
  void anOperationWithoutParametersTakesNone(String method, String path, String taken) {
    assertThat(server.call(method, path + "?value=x", null).problem(Kind.INVALID))
        .isEqualTo("value: unknown query parameter (expected: " + taken + ")");
  }

  @ParameterizedTest
  @CsvSource({
    "increment=0, 0",
    "increment=-0, 0",
    "increment=007, 7",
    "increment=%2B7, 7",
    "increment=-9223372036854775808, -9223372036854775808",
    "&increment=1&, 1",
    "%69ncrement=1, 1",
  })
  void anIntegerIsTaken(String query, long value) {
    String path = "/counters/" + query.replace("&", "%26").replace("=", "").replace("%69", "");

    assertThat(server.call("PUT", path + "?" + query, null).json().getLong("value"))
        .isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "a+b, a b",
    "a%2Bb, a+b",
    "%2541, %41",
    "100%25, 100%",
    "%22quoted%22, '\"quoted\"'",
    "a%3Db, a=b",
    "a=b, a=b",
    "a;b, a;b",
    "%26, &",
    "-5, -5",
    "%F0%9F%98%80, \ud83d\ude00",
  })
  void aTextIsDecodedOnce(String raw, String text) {
    assertThat(server.call("PUT", "/cache/text?value=" + raw, null).status()).isEqualTo(204);

    assertThat(server.get("/cache/text").json().getString("value")).isEqualTo(text);
  }

  /** The space in the value is none that the client has sent. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/counters/a?increment=+1            | `increment:  1 (expected: a 64-bit integer)`",
        "/cache/a?value=x&ttl=+5             | `ttl:  5 (expected: `",
        "/flags/a?value=+true                | `value:  true (expected: one of`",
        "/sets/a?item=a+b&keyEncoding=base64url | `item: a b (expected: UTF-8 in base64url, by`",
      })
  void aPlusSignIsToldToBeASpace(String target, String wrong) {
    assertThat(server.call("PUT", target, null).problem(Kind.INVALID))
        .startsWith(wrong)
        .endsWith("); in a query a + is a space: leave it out, or send it as %2B");
    assertThat(server.call("PUT", target.replace("+", "%20"), null).problem(Kind.INVALID))
        .startsWith(wrong)
        .doesNotContain("in a query");
  }

  @Test
  void aTextThatMayHaveSpacesIsTakenAsItIs() {
    String key = "/sets/a?item=" + "a+".repeat(600);
    assertThat(server.call("PUT", key, null).problem(Kind.INVALID)).doesNotContain("in a query");
  }

  @Test
  void anEmptyQueryIsNone() {
    assertThat(server.get("/ping?").status()).isEqualTo(200);
    assertThat(server.get("/ping?&").status()).isEqualTo(200);
  }

  @Test
  void aLongValueIsCutInTheRefusal() {
    assertThat(server.call("PUT", "/flags/a?value=" + "x".repeat(1000), null).problem(Kind.INVALID))
        .startsWith("value: " + "x".repeat(64) + "… (expected: ");
  }

  @Test
  void aLateTtlEndsAtItsBound() {
    assertThat(server.call("PUT", "/cache/b?value=x&ttl=315360000", null).status()).isEqualTo(204);
    assertThat(server.call("PUT", "/cache/b?value=x&ttl=0", null).status()).isEqualTo(204);
  }
}
