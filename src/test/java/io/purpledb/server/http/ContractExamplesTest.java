package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.server.http.contract.ContractDocument;
import io.purpledb.support.client.ContractCheck;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The problems that the contract has as examples are what the server says, word for word. */
@Timeout(60)
class ContractExamplesTest {

  private static final long MAX = Long.MAX_VALUE;

  @RegisterExtension
  static TestHttpServer server = TestHttpServer.start(TestHttpServer.config(1 << 20, 10_000));

  /** How a client comes to an answer. */
  private interface Cause {
    Reply reply() throws Exception;
  }

  /** What others cause: a cluster, a Redis, a full memory, a defect, or time. */
  private static final Set<String> OF_OTHERS =
      Set.of(
          "Conflict.type",
          "WrongType.type",
          "AnswerTooLarge.set",
          "AnswerTooLarge.redis",
          "TooManyRequests.flight",
          "InternalError.internal",
          "InsufficientStorage.memory",
          "Unavailable.bytes",
          "Unavailable.backend",
          "Overloaded.headers",
          "RequestTimeout.half",
          "TimedOut.read",
          "TimedOut.write");

  private static final Map<String, Cause> CAUSES =
      Map.ofEntries(
          Map.entry("BadRequest.range", () -> server.put("/cache/a?value=x&ttl=-1", "")),
          Map.entry("BadRequest.unknown", () -> server.put("/cache/a?colour=red", "x")),
          Map.entry("NotFound.absent", () -> server.get("/kv/greeting")),
          Map.entry("AssetNotFound.absent", () -> server.get("/docs/page.txt")),
          Map.entry("NoSuchPath.path", () -> server.get("/kvs/a")),
          Map.entry("MethodNotAllowed.method", () -> server.call("POST", "/kv/a", null)),
          Map.entry("NotAcceptable.accept", () -> server.get("/flags/a", "accept", "image/png")),
          Map.entry("Conflict.overflow", ContractExamplesTest::overflow),
          Map.entry("ValueTooLarge.size", ContractExamplesTest::oneByteTooMany),
          Map.entry("UriTooLong.length", () -> raw("GET", "/kv/" + "a".repeat(70_000), "")),
          Map.entry(
              "UnsupportedMediaType.body", () -> server.call("GET", "/kv/a", Buffer.buffer("x"))),
          Map.entry(
              "UnsupportedMediaType.encoding",
              () -> server.put("/kv/a", "x", "content-encoding", "gzip")),
          Map.entry(
              "ExpectationFailed.expect",
              () -> raw("PUT", "/kv/a", "expect: a-miracle\r\ncontent-length: 1\r\n")),
          Map.entry("Misdirected.name", () -> server.get("/ping", "host", "evil.example")),
          Map.entry(
              "HeadersTooLarge.headers",
              () -> raw("GET", "/ping", "a: " + "a".repeat(70_000) + "\r\n")),
          Map.entry("NotImplemented.condition", () -> server.put("/kv/a", "x", "if-match", "*")));

  private static Reply overflow() {
    server.call("PUT", "/counters/visits?increment=" + MAX, null);
    return server.call("PUT", "/counters/visits?increment=1", null);
  }

  private static Reply oneByteTooMany() {
    return server.call(
        "PUT",
        "/kv/a",
        Buffer.buffer(new byte[(1 << 20) + 1]),
        "content-type",
        "application/octet-stream");
  }

  private static Reply raw(String method, String path, String headers) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      String request = "%s %s HTTP/1.1\r\nhost: localhost\r\n%s\r\n";
      Reply reply = client.send(request.formatted(method, path, headers)).reply();
      ContractCheck.check(method, path, reply.status(), reply.headers(), reply.body());
      return reply;
    }
  }

  private static JsonObject examples(String response) {
    return ContractDocument.read()
        .json()
        .getJsonObject("components")
        .getJsonObject("responses")
        .getJsonObject(response)
        .getJsonObject("content")
        .getJsonObject("application/problem+json")
        .getJsonObject("examples");
  }

  static Stream<String> causes() {
    return CAUSES.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("causes")
  void anExampleIsWhatTheServerSays(String name) throws Exception {
    List<String> parts = List.of(name.split("[.]"));
    JsonObject example = examples(parts.get(0)).getJsonObject(parts.get(1));

    Reply reply = Objects.requireNonNull(CAUSES.get(name)).reply();

    assertThat(reply.json()).isEqualTo(example.getJsonObject("value"));
    assertThat(reply.status()).isEqualTo(reply.json().getInteger("status"));
  }

  @Test
  void everyExampleIsCausedHereOrByOthers() {
    Set<String> all = new TreeSet<>();
    JsonObject components = ContractDocument.read().json().getJsonObject("components");
    for (String response : components.getJsonObject("responses").fieldNames()) {
      examples(response).fieldNames().forEach(example -> all.add(response + "." + example));
    }

    Set<String> known = new TreeSet<>(CAUSES.keySet());
    known.addAll(OF_OTHERS);
    assertThat(all).isEqualTo(known);
  }
}
