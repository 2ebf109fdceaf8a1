package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys are what the raw path says, exactly; paths are those of the contract, exactly. */
class KeysTest {

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
        "a/b", "/", "//", "a+b", "a b", " ", "%", "%41", "\"quoted\"", "a\\nb", "a\nb", "-5", "1.5",
            "null",
        "{\"a\":1}", "[1]", ".", "..", "...", "../a", "?", "#", "a&b=c", ";x", ":key", "*", "\0",
            "\u007f",
        "\u00e9", "\u9375", "\ud83d\ude00", "e\u0301", "\u202e", "\ufeff", "~!@$&'()*+,;=:"
      })
  void isKept(String key) {
    String path = TestDoor.encoded(key);

    assertThat(door.put("/kv/" + path, key, "content-type", BARE).status()).isEqualTo(204);

    assertThat(door.get("/kv/" + path).json().getString("value")).isEqualTo(key);
    assertThat(door.get("/counters/" + path).json().getString("counter")).isEqualTo(key);
    assertThat(door.get("/sets/" + path).json().getString("set")).isEqualTo(key);
    assertThat(door.put("/sets/items?item=" + path, "").json().getJsonArray("items")).contains(key);
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
    assertThat(door.put("/kv/" + one, one, "content-type", BARE).status()).isEqualTo(204);

    assertThat(door.get("/kv/" + other).json().getString("value")).isEqualTo(one);
    assertThat(door.call("DELETE", "/kv/" + other, null).status()).isEqualTo(204);
    assertThat(door.get("/kv/" + one).status()).isEqualTo(404);
  }

  @Test
  void aPlusSignIsNoSpace() {
    assertThat(door.put("/kv/p+q", "plus", "content-type", BARE).status()).isEqualTo(204);

    assertThat(door.get("/kv/p%20q").problem(Kind.NOT_FOUND)).contains("p q");
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
        "/kv/",
        "/",
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
        "/docs/",
        "/docs/a/b",
        "/openapi",
      })
  void aPathMatchesExactlyOrNotAtAll(String path) {
    assertThat(door.put("/kv/abc", "there", "content-type", BARE).status()).isEqualTo(204);

    String rawPath = path.replaceFirst("\\?.*", "");
    assertThat(door.get(path).problem(Kind.NOT_FOUND))
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
      assertThat(door.get(path + key).problem(Kind.INVALID))
          .isEqualTo("key: " + shown + " (expected: percent-encoded UTF-8)");
    }
  }

  @Test
  void bytesThatAreNotEncodedAreRefused() throws Exception {
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET /kv/\u00c3\u00a9 HTTP/1.1\r\nHost: a\r\n\r\n");

      assertThat(client.reply().problem(Kind.INVALID))
          .isEqualTo("key: the character \\u00c3 (expected: percent-encoded UTF-8)");
    }
  }

  @Test
  void lengthIsBounded() {
    String longest = "k".repeat(1024);
    assertThat(door.put("/kv/" + longest, "v", "content-type", BARE).status()).isEqualTo(204);
    assertThat(door.get("/kv/" + longest).status()).isEqualTo(200);

    assertThat(door.get("/kv/" + longest + "k").problem(Kind.INVALID))
        .startsWith("key: kkk")
        .endsWith("… (expected: a text of 1 to 1024 characters)");
    assertThat(door.get("/kv/" + "%C3%A9".repeat(513)).problem(Kind.INVALID))
        .contains("1026 bytes of UTF-8 (expected: 1 to 1024)");
  }

  @Test
  void anAbsoluteTargetIsTaken() throws Exception {
    try (RawClient client = new RawClient(door.port())) {
      client.send("GET http://purple.example/counters/a?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.reply().problem(Kind.INVALID)).startsWith("x: unknown query parameter");

      client.send("GET http://purple.example/counters/a HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.reply().json().getString("counter")).isEqualTo("a");
    }
  }
}
