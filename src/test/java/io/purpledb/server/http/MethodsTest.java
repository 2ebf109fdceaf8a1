package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HEAD works where GET does; other methods are refused with those that work. */
class MethodsTest {

  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @BeforeAll
  static void start() {
    server.put("/kv/there", "value", "content-type", "text/plain");
    server.put("/cache/there?ttl=3600", "value");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/kv/there",
        "/kv/absent",
        "/cache/there",
        "/counters/a",
        "/flags/a",
        "/sets/a",
        "/ping",
        "/health/live",
        "/health/ready",
        "/openapi.yaml",
        "/openapi.json",
        "/docs",
        "/docs/swagger-ui.css",
        "/docs/nothing",
        "/nothing",
        "/kv/a?x=1"
      })
  void headSaysWhatGetWould(String path) {
    Reply get = server.get(path);

    Reply head = server.call("HEAD", path, null);

    assertThat(head.status()).isEqualTo(get.status());
    assertThat(head.body().length()).isZero();
    assertThat(pairs(head.headers())).containsExactlyInAnyOrderElementsOf(pairs(get.headers()));
    assertThat(get.headers().get("content-length")).isEqualTo("" + get.body().length());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST   | /kv/a         | DELETE, GET, HEAD, PUT",
        "PATCH  | /kv/a         | DELETE, GET, HEAD, PUT",
        "OPTIONS| /kv/a         | DELETE, GET, HEAD, PUT",
        "TRACE  | /kv/a         | DELETE, GET, HEAD, PUT",
        "BREW   | /kv/a         | DELETE, GET, HEAD, PUT",
        "get    | /kv/a         | DELETE, GET, HEAD, PUT",
        "DELETE | /cache/a      | GET, HEAD, PUT",
        "DELETE | /counters/a   | GET, HEAD, PUT",
        "DELETE | /flags/a      | GET, HEAD, PUT",
        "POST   | /sets/a       | DELETE, GET, HEAD, PUT",
        "PUT    | /ping         | GET, HEAD",
        "POST   | /health/ready | GET, HEAD",
        "PUT    | /docs         | GET, HEAD",
        "PUT    | /docs/page.js | GET, HEAD",
        "DELETE | /docs         | GET, HEAD",
        "POST   | /docs/        | GET, HEAD",
        "OPTIONS| /docs/        | GET, HEAD",
        "POST   | /             | GET, HEAD",
        "PUT    | /             | GET, HEAD",
        "OPTIONS| /             | GET, HEAD",
        "BREW   | /?a=b         | GET, HEAD",
        "POST   | /kv/..        | DELETE, GET, HEAD, PUT",
        "POST   | /kv/%zz       | DELETE, GET, HEAD, PUT",
      })
  void anotherMethodIsRefused(String method, String path, String allowed) {
    Reply reply = server.call(method, path, null);

    assertThat(reply.problem(Kind.NO_SUCH_METHOD))
        .isEqualTo(method + " (expected: " + allowed + ")");
    assertThat(reply.headers().get("allow")).isEqualTo(allowed);
  }

  @Test
  void aMethodOfAPathThatOnlyAlmostMatchesIsNotFound() {
    assertThat(server.call("POST", "/nothing", Buffer.buffer("x")).status()).isEqualTo(404);
    assertThat(server.call("POST", "/kv//a", null).status()).isEqualTo(404);
    assertThat(server.call("POST", "/kv/a/", null).status()).isEqualTo(404);
    assertThat(server.call("POST", "/ping/", null).status()).isEqualTo(404);
  }

  private static java.util.List<String> pairs(MultiMap headers) {
    assertThat(headers.contains("date")).isTrue();
    return headers.entries().stream()
        .filter(header -> !header.getKey().equals("date")) // another second may have begun
        .map(e -> e.getKey() + ": " + e.getValue())
        .toList();
  }
}
