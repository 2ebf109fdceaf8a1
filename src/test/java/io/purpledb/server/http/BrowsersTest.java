package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.Browsers;
import io.purpledb.config.Config;
import io.purpledb.config.ServerLimits;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.TestConfigs;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which web pages may use the HTTP server, and by which names it may be asked. */
class BrowsersTest {

  private static final String ORIGIN = "https://app.example:8443";
  private static final String ALLOW_ORIGIN = "access-control-allow-origin";

  private static TestHttpServer server;
  private static TestHttpServer open;
  private static TestHttpServer closed;

  @BeforeAll
  static void start() {
    server =
        start(new Browsers(List.of("purple.example"), List.of(ORIGIN, "http://localhost:3000")));
    open = start(new Browsers(List.of(), List.of("*")));
    closed = start(Browsers.NONE);
  }

  private static TestHttpServer start(Browsers browsers) {
    ServerLimits limits = TestConfigs.LIMITS;
    Config config =
        TestConfigs.with(
            new ServerLimits(
                limits.maxHeaderBytes(),
                limits.maxConnections(),
                limits.maxConnectionsPerAddress(),
                limits.headerMillis(),
                limits.idleMillis(),
                0,
                browsers));
    return TestHttpServer.start(config);
  }

  @AfterAll
  static void stop() {
    server.close();
    open.close();
    closed.close();
  }

  private static Reply raw(TestHttpServer server, String request) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      return client.send(request).reply();
    }
  }

  /** A page whose name was given this server's address (DNS rebinding). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "128.0.0.1",
        "purple.example.evil.example",
        "xlocalhost",
        "[::2]",
        "0x7f.1"
      })
  void anotherNameIsRefused(String host) throws Exception {
    String name = host.replaceFirst(":8080$", "");
    for (String request :
        List.of("PUT /counters/a?increment=1", "GET /counters/a", "GET /docs", "OPTIONS /kv/a")) {
      Reply reply =
          raw(
              server,
              request + " HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n\r\n".formatted(host, host));
      assertThat(reply.problem(Kind.MISDIRECTED))
          .isEqualTo("Host: " + name + " (expected: localhost, or one of allowed-hosts)");
      assertThat(reply.headers().contains(ALLOW_ORIGIN)).isFalse();
    }
    assertThat(server.get("/counters/a").json().getLong("value")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1:8080",
        "127.1.2.3",
        "[::1]:8080",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]:80",
        "a.localhost",
        "purple.example",
        "Purple.Example.:80"
      })
  void itsOwnNamesAreServed(String host) throws Exception {
    assertThat(raw(server, "GET /ping HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status())
        .isEqualTo(200);
  }

  static Stream<Arguments> operations() {
    return server.contract().operations().stream()
        .flatMap(
            operation ->
                operation.methods().stream()
                    .map(
                        method ->
                            Arguments.of(
                                method.name(),
                                operation
                                    .path()
                                    .template()
                                    .path()
                                    .replaceAll("[{][a-z]+[}]", "a%2Fb"))));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void aPreflightAllowsEachOperation(String method, String path) {
    Reply reply =
        server.call(
            "OPTIONS",
            path,
            null,
            "origin",
            ORIGIN,
            "access-control-request-method",
            method,
            "access-control-request-headers",
            "accept, content-type, x-request-id",
            "access-control-request-private-network",
            "true");

    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.headers().get(ALLOW_ORIGIN)).isEqualTo(ORIGIN);
    assertThat(reply.headers().get("access-control-allow-methods").split(", ")).contains(method);
    assertThat(reply.headers().get("access-control-allow-headers"))
        .isEqualTo("accept, content-type, x-request-id");
    assertThat(reply.headers().get("access-control-allow-credentials")).isEqualTo("true");
    assertThat(reply.headers().get("access-control-allow-private-network")).isEqualTo("true");
    assertThat(reply.headers().get("access-control-max-age")).isEqualTo("600");
    assertThat(reply.headers().get("vary")).isEqualToIgnoringCase("origin");
    assertThat(reply.headers().contains("content-length")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /counters/cors, 200",
    "PUT, /counters/cors?increment=0, 200",
    "PUT, /flags/cors?value=true, 204",
    "GET, /kv/absent, 404",
    "GET, /nothing, 404",
    "POST, /kv/a, 405",
    "PUT, /kv/a?x=1, 400",
    "GET, /, 302"
  })
  void aPageMayReadEveryAnswer(String method, String path, int status) {
    Reply reply = server.call(method, path, null, "origin", ORIGIN);

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.headers().get(ALLOW_ORIGIN)).isEqualTo(ORIGIN);
    assertThat(reply.headers().get("access-control-expose-headers")).contains("retry-after");
    assertThat(reply.headers().get("vary")).isEqualToIgnoringCase("origin");
  }

  @Test
  void orThatItsRequestCannotBeRead() throws Exception {
    Reply reply =
        raw(
            server,
            "GET /kv/a HTTP/1.1\r\nHost: localhost\r\nOrigin: "
                + ORIGIN
                + "\r\nno name: x\r\n\r\n");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.headers().get(ALLOW_ORIGIN)).isEqualTo(ORIGIN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://app.example",
        "http://app.example:8443",
        "https://app.example:8443.evil",
        "null",
        "https://evil.example"
      })
  void aPageOfAnotherOriginMayNot(String origin) {
    Reply reply = server.get("/counters/cors", "origin", origin);
    assertThat(reply.headers().contains(ALLOW_ORIGIN)).isFalse();
    assertThat(reply.headers().get("vary")).isEqualToIgnoringCase("origin");

    Reply preflight =
        server.call(
            "OPTIONS", "/kv/a", null, "origin", origin, "access-control-request-method", "PUT");
    assertThat(preflight.headers().contains(ALLOW_ORIGIN)).isFalse();
    assertThat(preflight.headers().contains("access-control-allow-methods")).isFalse();
  }

  @Test
  void allPagesMayWithoutCredentials() {
    Reply reply = open.get("/counters/cors", "origin", "https://any.example");
    assertThat(reply.headers().get(ALLOW_ORIGIN)).isEqualTo("*");
    assertThat(reply.headers().contains("access-control-allow-credentials")).isFalse();
    assertThat(reply.headers().contains("vary")).isFalse();
  }

  @Test
  void byDefaultNoPageMay() {
    assertThat(closed.get("/kv/a", "origin", ORIGIN).headers().contains(ALLOW_ORIGIN)).isFalse();
    Reply preflight =
        closed.call(
            "OPTIONS", "/kv/a", null, "origin", ORIGIN, "access-control-request-method", "PUT");
    assertThat(preflight.problem(Kind.NO_SUCH_METHOD)).isNotEmpty();
    assertThat(preflight.headers().contains(ALLOW_ORIGIN)).isFalse();
  }
}
