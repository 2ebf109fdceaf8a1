package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accept chooses the media type of the answer. */
class NegotiationTest {

  private static final String JSON = "application/json";
  private static final String BARE = "application/octet-stream";
  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @BeforeAll
  static void start() {
    server.put("/kv/a", "bare", "content-type", BARE);
    server.put("/cache/a?ttl=3600", "bare");
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
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2  | application/json",
        "*                                                     | application/json",
        "application/json;q=.2, application/octet-stream;q=.3  | application/octet-stream",
        "application/json;q=0., application/octet-stream;q=1.  | application/octet-stream",
        "application/octet-stream;v=\"a,b;q=0\"                | application/octet-stream",
        "','                                                   | application/json",
        "text/html, ;;q=x, /, application/octet-stream         | application/octet-stream",
      })
  void theWelcomeTypeIsAnswered(String accept, String type) {
    assertThat(server.get("/kv/a", "accept", accept).type()).isEqualTo(type);
  }

  @Test
  void withoutAcceptItIsJson() {
    assertThat(server.get("/kv/a").type()).isEqualTo(JSON);
    assertThat(server.get("/cache/a").type()).isEqualTo(JSON);
  }

  @Test
  void severalLinesAreOne() {
    assertThat(server.get("/kv/a", "accept", "application/json;q=0.5", "accept", BARE).type())
        .isEqualTo(BARE);
    assertThat(server.get("/kv/a", "accept", "*/*;q=0.1", "accept", BARE).type()).isEqualTo(BARE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image/png",
        "text/*",
        "*/*;q=0",
        "application/json;q=0, application/octet-stream;q=0",
        "json",
        "*;q=.0"
      })
  void whenNothingFitsItIsRefused(String accept) {
    assertThat(server.get("/kv/a", "accept", accept).problem(Kind.NOT_ACCEPTABLE))
        .isEqualTo("Accept: " + accept + " (expected: application/json, application/octet-stream)");
  }

  /** The increment would have to be done again, or is done twice. */
  @ParameterizedTest
  @ValueSource(strings = {"application/octet-stream", "image/png", "*/*;q=0", "json"})
  void aWriteIsNeverRefusedForTheFormOfItsAnswer(String accept) {
    String path = "/counters/" + TestHttpServer.encoded(accept) + "?increment=1";
    Reply counter = server.call("PUT", path, null, "accept", accept);
    assertThat(counter.status()).isEqualTo(200);
    assertThat(counter.type()).isEqualTo(JSON);
    assertThat(counter.json().getLong("value")).isEqualTo(1);
    for (String method : List.of("PUT", "DELETE")) {
      Reply reply = server.call(method, "/sets/a?item=b", null, "accept", accept);
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.type()).isEqualTo(JSON);
    }
  }

  @Test
  void theDefaultOfJavasOldClientIsServed() throws Exception {
    for (String path :
        List.of("/counters/old?increment=1", "/sets/old?item=a", "/flags/old?value=true")) {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + server.port() + path).toURL().openConnection();
      connection.setRequestMethod("PUT");
      assertThat(connection.getResponseCode()).isBetween(200, 204);
    }
  }

  @Test
  void theCacheAnswersBareText() {
    Reply reply = server.get("/cache/a", "accept", "text/plain");

    assertThat(reply.text()).isEqualTo("bare");
    assertThat(reply.type()).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void whatHasNoBodyNeedsNoType() {
    assertThat(server.put("/kv/b", "x", "content-type", BARE, "accept", "image/png").status())
        .isEqualTo(204);
    assertThat(server.get("/ping", "accept", "image/png").status()).isEqualTo(200);
    assertThat(server.call("DELETE", "/kv/b", null, "accept", "image/png").status()).isEqualTo(204);
  }
}
