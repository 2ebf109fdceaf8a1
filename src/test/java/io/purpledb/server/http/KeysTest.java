package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys are what the raw path says, exactly; paths are those of the contract, exactly. */
class KeysTest {

  private static final String BARE = "application/octet-stream";
  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a/b", "/", "//", "a+b", "a b", " ", "%", "%41", "\"quoted\"", "a\\nb", "a\nb", "-5", "1.5",
            "null",
        "{\"a\":1}", "[1]", ".", "..", "...", "../a", "?", "#", "a&b=c", ";x", ":key", "*", "\0",
            "\u007f",
        "\u00e9", "\u9375", "\ud83d\ude00", "e\u0301", "\u202e", "\ufeff", "~!@$&'()*+,;=:"
      })
  void isKept(String key) {
    String path = TestHttpServer.encoded(key);

    assertThat(server.put("/kv/" + path, key, "content-type", BARE).status()).isEqualTo(204);

    assertThat(server.get("/kv/" + path).json().getString("value")).isEqualTo(key);
    assertThat(server.get("/counters/" + path).json().getString("counter")).isEqualTo(key);
    assertThat(server.get("/sets/" + path).json().getString("set")).isEqualTo(key);
    assertThat(server.put("/sets/items?item=" + path, "").json().getJsonArray("items"))
        .contains(key);
  }

  @ParameterizedTest
  @CsvSource({
    "a+b, a%2Bb",
    "%61, a",
    "'\"raw\"', %22raw%22",
    "'{\"a\":1}', %7B%22a%22%3A1%7D",
    "a%2fb, a%2Fb",
    "., %2E",
    ".., %2E%2e",
    ".%2E, ..",
    "a;b=c, a%3Bb%3Dc",
    "'a|b^c`d', a%7Cb%5Ec%60d",
  })
  void hasSeveralSpellings(String one, String other) {
    assertThat(server.put("/kv/" + one, one, "content-type", BARE).status()).isEqualTo(204);

    assertThat(server.get("/kv/" + other).json().getString("value")).isEqualTo(one);
    assertThat(server.call("DELETE", "/kv/" + other, null).status()).isEqualTo(204);
    assertThat(server.get("/kv/" + one).status()).isEqualTo(404);
  }

  /** For proxies that decode or refuse what is percent-encoded. */
  @ParameterizedTest
  @ValueSource(strings = {"users/42", "a+b c", "\u9375", "..", "?", "%2F", "\ud83d\ude00", "x"})
  void aKeyMayTravelInBase64(String key) {
    String encoded =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(key.getBytes(StandardCharsets.UTF_8));
    String padded = Base64.getUrlEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    String plain = TestHttpServer.encoded(key);

    assertThat(
            server
                .put("/kv/" + encoded + "?keyEncoding=base64url", key, "content-type", BARE)
                .status())
        .isEqualTo(204);
    assertThat(server.get("/kv/" + plain, "accept", BARE).text()).isEqualTo(key);
    assertThat(server.get("/kv/" + padded + "?keyEncoding=base64url", "accept", BARE).text())
        .isEqualTo(key);
    assertThat(server.call("DELETE", "/kv/" + encoded + "?keyEncoding=base64url", null).status())
        .isEqualTo(204);
    assertThat(server.get("/kv/" + plain).status()).isEqualTo(404);

    assertThat(
            server
                .call(
                    "PUT",
                    "/sets/%s?item=%s&keyEncoding=base64url".formatted(encoded, encoded),
                    null)
                .json()
                .encode())
        .isEqualTo(new JsonObject().put("set", key).put("items", List.of(key)).encode());
    assertThat(
            server
                .call(
                    "DELETE",
                    "/sets/%s?keyEncoding=base64url&item=%s".formatted(encoded, padded),
                    null)
                .json()
                .getJsonArray("items"))
        .isEmpty();
    assertThat(
            server
                .call(
                    "PUT",
                    "/counters/%s?increment=1&keyEncoding=base64url".formatted(encoded),
                    null)
                .json()
                .getString("counter"))
        .isEqualTo(key);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/kv/?keyEncoding=base64url| key: empty (expected: 1 to 1024 bytes of UTF-8)",
        "/kv/a?keyEncoding=base64url| key: a (expected: UTF-8 in base64url, by keyEncoding)",
        "/kv/_w?keyEncoding=base64url| key: _w (expected: UTF-8 in base64url, by keyEncoding)",
        "/kv/YQ%2F?keyEncoding=base64url| key: YQ/ (expected: UTF-8 in base64url, by keyEncoding)",
        "/kv/dXNlcnMvNDJ?keyEncoding=base64url| key: dXNlcnMvNDJ (expected: UTF-8 in base64url, by keyEncoding)",
        "/kv/YR==?keyEncoding=base64url| key: YR== (expected: UTF-8 in base64url, by keyEncoding)",
        "/kv/YQ?keyEncoding=base64| keyEncoding: base64 (expected: base64url)",
        "/ping?keyEncoding=base64url| keyEncoding: unknown query parameter (expected: none)",
      })
  void otherBase64IsRefused(String path, String detail) {
    assertThat(server.get(path).problem(Kind.INVALID)).isEqualTo(detail);
  }

  @Test
  void aLongKeyFitsInBase64() {
    String key = "k".repeat(1024);
    String encoded = Base64.getUrlEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    assertThat(
            server
                .get("/counters/" + encoded + "?keyEncoding=base64url")
                .json()
                .getString("counter"))
        .isEqualTo(key);
    String longer = Base64.getUrlEncoder().encodeToString(new byte[1025]);
    server.get("/counters/" + longer + "?keyEncoding=base64url").problem(Kind.INVALID);
  }

  /** A store that is asked for no key by mistake must not look like an empty one. */
  @ParameterizedTest
  @CsvSource({
    "GET, /kv/",
    "PUT, /kv/",
    "DELETE, /kv/",
    "GET, /cache/",
    "PUT, /cache/?value=x",
    "GET, /counters/",
    "PUT, /counters/?increment=1",
    "GET, /flags/",
    "PUT, /flags/?value=true",
    "GET, /sets/",
    "PUT, /sets/?item=a",
    "DELETE, /sets/?item=a",
    "HEAD, /kv/"
  })
  void anEmptyKeyIsAMistake(String method, String path) {
    Reply reply = server.call(method, path, null);

    assertThat(reply.status()).isEqualTo(400);
    if (!method.equals("HEAD")) {
      assertThat(reply.problem(Kind.INVALID))
          .isEqualTo("key: empty (expected: 1 to 1024 bytes of UTF-8)");
    }
  }

  @Test
  void aPlusSignIsNoSpace() {
    assertThat(server.put("/kv/p+q", "plus", "content-type", BARE).status()).isEqualTo(204);

    assertThat(server.get("/kv/p%20q").problem(Kind.NOT_FOUND)).contains("p q");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//kv/abc",
        "/x/../kv/abc",
        "/kv//abc",
        "/kv/./abc",
        "/./kv/abc",
        "/kv/abc/",
        "/kv/abc//",
        "/kv/abc/?%zz",
        "/kv/abc/def",
        "/kv/abc/../abc",
        "/kv/..//",
        "/kv/../abc",
        "/%6Bv/abc",
        "/KV/abc",
        "/kv",
        "/ping/",
        "//ping",
        "/./ping",
        "/x/../ping",
        "/health",
        "/health/",
        "/health/live/",
        "/health/x/../live",
        "/nothing",
        "/nothing?value=%zz",
        "/ping/?x=1",
        "/kv/abc/?x=1",
        "/docs/a/b",
        "/openapi",
      })
  void aPathMatchesExactlyOrNotAtAll(String path) {
    assertThat(server.put("/kv/abc", "there", "content-type", BARE).status()).isEqualTo(204);

    String rawPath = path.replaceFirst("\\?.*", "");
    assertThat(server.get(path).problem(Kind.NO_SUCH_PATH))
        .isEqualTo(rawPath + " (expected: a path of the contract)");
  }

  @ParameterizedTest
  @CsvSource({
    "%zz, %zz",
    "a%, %",
    "a%4, %4",
    "%%, %%",
    "%u0041, %u0",
    "%+1, %+1",
    "%4%31, %4%",
    "%C0%AF, %C0%AF",
    "%FF, %FF",
    "%E2%82, %E2%82",
    "%ED%A0%80, %ED%A0%80",
    "%ED%A0%BD%ED%B8%80, %ED%A0%BD%ED%B8%80",
    "%F4%90%80%80, %F4%90%80%80",
  })
  void whatIsNotUtf8IsRefused(String key, String shown) {
    for (String path : new String[] {"/kv/", "/flags/", "/counters/", "/sets/", "/cache/"}) {
      assertThat(server.get(path + key).problem(Kind.INVALID))
          .isEqualTo("key: " + shown + " (expected: percent-encoded UTF-8)");
    }
  }

  @Test
  void bytesThatAreNotEncodedAreRefused() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("GET /kv/\u00c3\u00a9 HTTP/1.1\r\nHost: a\r\n\r\n");

      assertThat(client.reply().problem(Kind.INVALID))
          .isEqualTo("key: the character \\u00c3 (expected: percent-encoded UTF-8)");
    }
  }

  @Test
  void lengthIsBounded() {
    String longest = "k".repeat(1024);
    assertThat(server.put("/kv/" + longest, "v", "content-type", BARE).status()).isEqualTo(204);
    assertThat(server.get("/kv/" + longest).status()).isEqualTo(200);

    assertThat(server.get("/kv/" + longest + "k").problem(Kind.INVALID))
        .startsWith("key: \"kkk")
        .endsWith("1025 bytes of UTF-8 (expected: 1 to 1024)");
    assertThat(server.get("/kv/" + "%C3%A9".repeat(513)).problem(Kind.INVALID))
        .contains("1026 bytes of UTF-8 (expected: 1 to 1024)");
  }

  @Test
  void anAbsoluteTargetIsTaken() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send("GET http://a/counters/a?x=1 HTTP/1.1\r\nHost: purple.example\r\n\r\n");
      assertThat(client.reply().problem(Kind.INVALID)).startsWith("x: unknown query parameter");

      client.send("GET http://a/counters/a HTTP/1.1\r\nHost: purple.example\r\n\r\n");
      assertThat(client.reply().json().getString("counter")).isEqualTo("a");
    }
  }
}
