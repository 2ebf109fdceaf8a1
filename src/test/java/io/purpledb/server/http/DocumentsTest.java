package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.PurpleServer;
import io.purpledb.config.Config;
import io.purpledb.support.TestService;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a contract may say beyond what Purple's says yet: bodies of any schema, several statuses of
 * success, headers as parameters and in answers, versions and conditions.
 */
@Timeout(60)
final class DocumentsTest {

  private static final Config CONFIG = TestHttpServer.config(4_096, 10_000);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String DOCUMENT =
      """
      {"title": "ü", "number": 9223372036854775807, "tags": ["a", "b"],
       "author": {"name": "A", "age": 30}, "counts": {"x": 1, "y": -9223372036854775808},
       "weight": 1.5, "done": true, "content": "AP8=", "readers": [{"name": "B"}, {"name": "C"}]}
      """;

  private static PurpleServer server;
  private static int port;

  private final String key = UUID.randomUUID().toString();

  @BeforeAll
  static void start() {
    server = TestHttpServer.await(PurpleServer.start(CONFIG, InstantSource.system()));
    TestService.deploy(server.vertx(), Runtime.getRuntime().availableProcessors());
    port = TestOperations.deploy(server.vertx(), CONFIG).port();
  }

  @AfterAll
  static void stop() {
    TestHttpServer.await(server.close());
  }

  private HttpResponse<String> send(String method, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/tests/%s".formatted(port, key)))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void aDocumentComesBackAsItWas() throws Exception {
    HttpResponse<String> made = send("PUT", DOCUMENT);
    HttpResponse<String> read = send("GET", "");

    assertThat(made.statusCode()).isEqualTo(201);
    assertThat(header(made, "location")).isEqualTo("/tests/" + key);
    assertThat(read.statusCode()).isEqualTo(200);
    assertThat(header(read, "etag")).isEqualTo(header(made, "etag")).startsWith("\"v");
    JsonObject expected = new JsonObject(DOCUMENT);
    expected.getJsonArray("readers").forEach(reader -> ((JsonObject) reader).put("age", 0));
    assertThat(new JsonObject(read.body())).isEqualTo(expected);
  }

  @Test
  void anotherStatusWhenItIsReplaced() throws Exception {
    assertThat(send("PUT", "{\"title\": \"a\"}").statusCode()).isEqualTo(201);

    HttpResponse<String> replaced = send("PUT", "{\"title\": \"b\"}");

    assertThat(replaced.statusCode()).isEqualTo(200);
    assertThat(header(replaced, "location")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"title\": \"a\", \"weight\": 1e400}          | weight: Infinity (expected: double)",
        "{\"title\": \"\\ud800\"}                      | title: a lone surrogate",
        "{\"title\": \"a\", \"tags\": [\"\\udc00\"]}     | tags[0]: a lone surrogate",
        "{\"title\": \"a\", \"counts\": {\"\\ud800\": 1}} | counts",
        "{\"title\": \"a\", \"author\": null}          | body",
        "{\"title\": \"a\", \"number\": 1e2}           | number: 100.0 (expected: int64)",
        "{}                                          | body:",
        "{\"title\": \"\"}                           | body at title:",
        "{\"title\": 1}                              | body at title:",
        "{\"title\": \"a\", \"other\": 1}            | body",
        "{\"title\": \"a\", \"number\": 1.5}         | body at number:",
        "{\"title\": \"a\", \"number\": 9223372036854775808} | number: 9223372036854775808 (expected: int64)",
        "{\"title\": \"a\", \"tags\": [1]}           | body at tags/0:",
        "{\"title\": \"a\", \"tags\": [\"1\", \"2\", \"3\", \"4\"]} | body at tags:",
        "{\"title\": \"a\", \"author\": {}}          | body at author:",
        "{\"title\": \"a\", \"readers\": [{\"name\": \"b\", \"age\": -1}]} | body at readers/0/age:",
        "{\"title\": \"a\", \"content\": \"!\"}      | body at content:",
        "{\"title\": \"a\", \"title\": \"b\"}        | body: Duplicate field 'title'",
        "{\"title\": \"a\"} {}                       | body: more than one value",
        "{\"title\": \"a\"                           | body: Unexpected end-of-input",
        "[]                                          | body: no object",
        "null                                        | body: no object",
      })
  void aBodyThatIsNotOfTheSchema(String body, String said) throws Exception {
    HttpResponse<String> refused = send("PUT", body);

    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    assertThat(new JsonObject(refused.body()).getString("detail")).startsWith(said);
    assertThat(send("GET", "").statusCode()).isEqualTo(404);
  }

  @Test
  void anIntegerThatIsTooLargeForADouble() throws Exception {
    HttpResponse<String> refused =
        send("PUT", "{\"title\": \"a\", \"weight\": 1" + "0".repeat(390) + "}");

    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    assertThat(new JsonObject(refused.body()).getString("detail")).startsWith("weight: 1000");
  }

  @Test
  void aBodyOfAnotherType() throws Exception {
    HttpResponse<String> refused = send("PUT", "title", "content-type", "text/plain");

    assertThat(refused.statusCode()).isEqualTo(415);
    assertThat(refused.body()).contains("text/plain (expected: application/json)");
  }

  @Test
  void aBodyThatIsTooDeep() throws Exception {
    HttpResponse<String> refused =
        send("PUT", "{\"title\": " + "[".repeat(1_000) + "]".repeat(1_000) + "}");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("nesting depth");
  }

  @Test
  void aReadUnderConditions() throws Exception {
    String tag = header(send("PUT", "{\"title\": \"a\"}"), "etag");

    HttpResponse<String> known = send("GET", "", "if-none-match", "\"x\", W/" + tag);
    HttpResponse<String> other = send("GET", "", "if-none-match", "\"x\"");
    HttpResponse<String> any = send("GET", "", "if-none-match", "*");
    HttpResponse<String> gone = send("GET", "", "if-match", "\"x\"");
    HttpResponse<String> there = send("GET", "", "if-match", tag);
    HttpResponse<String> wrong = send("GET", "", "if-match", "x");

    assertThat(known.statusCode()).isEqualTo(304);
    assertThat(known.body()).isEmpty();
    assertThat(header(known, "etag")).isEqualTo(tag);
    assertThat(any.statusCode()).isEqualTo(304);
    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(gone.statusCode()).isEqualTo(412);
    assertThat(new JsonObject(gone.body()).getString("code")).isEqualTo("condition_failed");
    assertThat(there.statusCode()).isEqualTo(200);
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("If-Match: x (expected: * or entity tags");
  }

  /** Elements of a list may be empty (RFC 9110, section 5.6.1), and its lines are one list. */
  @ParameterizedTest
  @ValueSource(
      strings = {"TAG", "TAG,", ",TAG", "\"a,b\",,TAG", "\t, ,TAG , ,", "\"\", W/TAG", "\"*\",TAG"})
  void aListOfTags(String list) throws Exception {
    String tag = header(send("PUT", "{\"title\": \"a\"}"), "etag");

    HttpResponse<String> known = send("GET", "", "if-none-match", list.replace("TAG", tag));

    assertThat(known.statusCode()).as(known.body()).isEqualTo(304);
  }

  @Test
  void linesOfTags() throws Exception {
    String tag = header(send("PUT", "{\"title\": \"a\"}"), "etag");

    HttpResponse<String> known =
        send("GET", "", "if-none-match", "\"x\"", "if-none-match", tag, "if-none-match", "");

    assertThat(known.statusCode()).as(known.body()).isEqualTo(304);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*, \"a\"", "\"a\" \"b\"", "\"a\"b", "w/\"a\"", "\"", "", ",", "a"})
  void aListThatIsNone(String list) throws Exception {
    send("PUT", "{\"title\": \"a\"}");

    assertThat(send("GET", "", "if-none-match", list).statusCode()).isEqualTo(400);
  }

  /** It says what the whole answer would (RFC 9110, section 15.4.5), and HEAD what GET would. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  void whatIsNotModifiedVariesAsTheWhole(String method) throws Exception {
    String content = "AAAA".repeat(700);
    String tag =
        header(send("PUT", "{\"title\": \"a\", \"content\": \"" + content + "\"}"), "etag");

    HttpResponse<String> whole = send("GET", "");
    HttpResponse<String> known = send(method, "", "if-none-match", tag);
    HttpResponse<String> gone = send(method, "", "if-match", "\"x\"");

    assertThat(header(whole, "vary")).isEqualTo("accept-encoding");
    assertThat(known.statusCode()).isEqualTo(304);
    assertThat(header(known, "etag")).isEqualTo(tag);
    assertThat(header(known, "vary")).isEqualTo("accept-encoding");
    assertThat(gone.statusCode()).isEqualTo(412);
  }

  @Test
  void aWriteUnderACondition() throws Exception {
    String first = header(send("PUT", "{\"title\": \"a\"}"), "etag");

    HttpResponse<String> second = send("PUT", "{\"title\": \"b\"}", "if-match", first);
    HttpResponse<String> late = send("PUT", "{\"title\": \"c\"}", "if-match", first);

    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(late.statusCode()).isEqualTo(412);
    assertThat(send("GET", "").body()).contains("\"title\":\"b\"");
  }

  /** What an operation does not take is refused as before. */
  @Test
  void aConditionThatAnOperationDoesNotTake() throws Exception {
    assertThat(send("PUT", "{\"title\": \"a\"}", "if-none-match", "*").statusCode()).isEqualTo(501);
  }
}
