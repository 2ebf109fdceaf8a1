package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accept chooses the media type of the answer. */
class NegotiationTest {

  private static final String JSON = "application/json";
  private static final String BARE = "application/octet-stream";
  private static TestDoor door;

  @BeforeAll
  static void start() {
    door = TestDoor.start();
    door.put("/kv/a", "bare", "content-type", BARE);
    door.put("/cache/a?ttl=3600", "bare");
  }

  @AfterAll
  static void stop() {
    door.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/*                                                   | application/json",
        "''                                                    | application/json",
        "application/json                                      | application/json",
        "application/*                                         | application/json",
        "application/octet-stream                              | application/octet-stream",
        "Application/Octet-Stream                              | application/octet-stream",
        "application/json;q=0.5, application/octet-stream      | application/octet-stream",
        "application/octet-stream;q=0.5, */*                   | application/json",
        "application/json;q=0, */*                             | application/octet-stream",
        "*/*;q=0.1, application/json;q=0                       | application/octet-stream",
        "application/octet-stream, application/json            | application/json",
        "text/html, application/xhtml+xml, */*;q=0.8           | application/json",
        "application/*;q=0.2, application/octet-stream;q=0.3   | application/octet-stream",
        "application/json;q=0.001, application/octet-stream;q=0| application/json",
        "application/json; charset=utf-8                       | application/json",
        "application/json;q=high, application/octet-stream     | application/octet-stream",
        "image/png, application/octet-stream ; q=1.000         | application/octet-stream",
      })
  void theWelcomeTypeIsAnswered(String accept, String type) {
    assertThat(door.get("/kv/a", "accept", accept).type()).isEqualTo(type);
  }

  @Test
  void withoutAcceptItIsJson() {
    assertThat(door.get("/kv/a").type()).isEqualTo(JSON);
    assertThat(door.get("/cache/a").type()).isEqualTo(JSON);
  }

  @Test
  void severalLinesAreOne() {
    assertThat(door.get("/kv/a", "accept", "application/json;q=0.5", "accept", BARE).type())
        .isEqualTo(BARE);
    assertThat(door.get("/kv/a", "accept", "*/*;q=0.1", "accept", BARE).type()).isEqualTo(BARE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image/png",
        "text/*",
        "*/*;q=0",
        "application/json;q=0, application/octet-stream;q=0",
        "json",
        "*",
        ","
      })
  void whenNothingFitsItIsRefused(String accept) {
    assertThat(door.get("/kv/a", "accept", accept).problem(Kind.NOT_ACCEPTABLE))
        .isEqualTo("Accept: " + accept + " (expected: application/json, application/octet-stream)");
  }

  @Test
  void aRefusedRequestChangesNothing() {
    String path = "/counters/a?increment=1";

    assertThat(door.call("PUT", path, null, "accept", BARE).problem(Kind.NOT_ACCEPTABLE))
        .isEqualTo("Accept: application/octet-stream (expected: application/json)");
    assertThat(door.get("/counters/a").json().getLong("value")).isZero();
  }

  @Test
  void theCacheAnswersBareText() {
    Reply reply = door.get("/cache/a", "accept", "text/plain");

    assertThat(reply.text()).isEqualTo("bare");
    assertThat(reply.type()).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void whatHasNoBodyNeedsNoType() {
    assertThat(door.put("/kv/b", "x", "content-type", BARE, "accept", "image/png").status())
        .isEqualTo(204);
    assertThat(door.get("/ping", "accept", "image/png").status()).isEqualTo(200);
    assertThat(door.call("DELETE", "/kv/b", null, "accept", "image/png").status()).isEqualTo(204);
  }
}
