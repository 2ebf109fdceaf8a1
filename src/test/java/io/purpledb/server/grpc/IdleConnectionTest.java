package io.purpledb.server.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.server.grpc.method.HealthService;
import io.purpledb.support.QuietLog;
import io.purpledb.support.RawHttp2;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Connections on which a call was begun, or answered, and then nothing moves: the calls end at the
 * request timeout, and then nothing keeps the connection.
 */
@Tag("long")
@Timeout(60)
class IdleConnectionTest {

  private static final int REQUEST_TIMEOUT_MILLIS = 300;
  private static final int IDLE_MILLIS = 400;
  private static final int SOON_MILLIS = 5_000;

  private static final String GET = "/purple.v1.KvService/KvGet";
  private static final String WATCH = "/grpc.health.v1.Health/Watch";
  private static final String REFLECTION =
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

  private static final String GRPC = "application/grpc";
  private static final String NO_MESSAGE = "";
  private static final String PART_OF_A_MESSAGE = "\0\0\0\0\11part";
  private static final String MESSAGE = "\0\0\0\0\0";

  @RegisterExtension final QuietLog log = new QuietLog();

  @RegisterExtension
  static TestGrpcServer server =
      TestGrpcServer.ofPurple(TestGrpcServer.config(REQUEST_TIMEOUT_MILLIS), IDLE_MILLIS);

  /** Calls of HTTP/2 whose request does not end. */
  enum Unended {
    HEADERS_ALONE(GET, NO_MESSAGE),
    PART(GET, PART_OF_A_MESSAGE),
    NO_END(GET, MESSAGE),
    NO_END_AFTER_THE_ANSWER(GET, MESSAGE + MESSAGE),
    REFLECTION_ALONE(REFLECTION, NO_MESSAGE),
    REFLECTION_ANSWERED(REFLECTION, MESSAGE),
    WATCH_ALONE(WATCH, NO_MESSAGE),
    WATCH_WITHOUT_END(WATCH, MESSAGE),
    UNKNOWN("/a/b", NO_MESSAGE),
    NO_CONTENT_TYPE("POST", GET, NO_MESSAGE, "", ""),
    NO_POST("GET", GET, NO_MESSAGE, GRPC, ""),
    LONG_TIMEOUT("POST", GET, NO_MESSAGE, GRPC, "99999999S");

    private final String method;
    private final String path;
    private final String data;
    private final String type;
    private final String timeout;

    Unended(String path, String data) {
      this("POST", path, data, GRPC, "");
    }

    Unended(String method, String path, String data, String type, String timeout) {
      this.method = method;
      this.path = path;
      this.data = data;
      this.type = type;
      this.timeout = timeout;
    }

    private Map<String, String> headers() {
      Map<String, String> headers = new HashMap<>();
      headers.put("content-type", type);
      headers.put("grpc-timeout", timeout);
      headers.values().removeIf(String::isEmpty);
      return headers;
    }

    void send(RawHttp2 connection) throws Exception {
      connection
          .open(65_535)
          .frame(
              RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.headers(method, path, headers()));
      if (!data.isEmpty()) {
        connection.frame(RawHttp2.DATA, 0, 1, data.getBytes(ISO_8859_1));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatDoesNotEndDoesNotKeepAConnection(Unended kind) throws Exception {
    try (RawHttp2 connection = new RawHttp2(server.port())) {
      kind.send(connection);
      assertThat(connection.isEndedWithin(SOON_MILLIS)).isTrue();
    }
  }

  /** What is sent over HTTP/1.1. */
  enum Http1 {
    REFUSED("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"),
    REFUSED_WITHOUT_END("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\npart"),
    WEB_PART(web(9) + "\0\0\0\0"),
    WEB_CALL(web(5) + MESSAGE),
    WEB_CALLS((web(5) + MESSAGE).repeat(3)),
    UPGRADE(upgrade("GET") + "\r\n"),
    UPGRADE_WITHOUT_END(upgrade("POST") + "content-length: 9\r\n\r\npart");

    private final String bytes;

    Http1(String bytes) {
      this.bytes = bytes;
    }

    static String upgrade(String method) {
      String headers =
          "%s / HTTP/1.1|host: a|connection: upgrade, http2-settings|upgrade: h2c|http2-settings: AAMAAABkAAQAAP__|";
      return headers.formatted(method).replace("|", "\r\n");
    }

    static String web(int length) {
      return web(GET, length);
    }

    static String web(String path, int length) {
      return "POST %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/grpc-web+proto\r\n"
              .formatted(path)
          + "content-length: %d\r\n\r\n".formatted(length);
    }
  }

  @ParameterizedTest
  @EnumSource
  void http1DoesNotKeepAConnectionEither(Http1 kind) throws Exception {
    try (RawHttp2 connection = new RawHttp2(server.port())) {
      connection.raw(kind.bytes);
      assertThat(connection.isEndedWithin(SOON_MILLIS)).isTrue();
    }
  }

  @Test
  void whoWatchesMayStay() throws Exception {
    try (RawHttp2 http2 = new RawHttp2(server.port());
        RawHttp2 web = new RawHttp2(server.port())) {
      http2.open(65_535).call(1, WATCH, new byte[0]);
      web.raw(Http1.web(WATCH, 5) + MESSAGE);
      assertThat(http2.isEndedWithin(4 * IDLE_MILLIS)).isFalse();
      assertThat(web.isEndedWithin(4 * IDLE_MILLIS)).isFalse();
    }
  }

  @Test
  void whoCallsAgainMayStay() throws Exception {
    try (RawHttp2 web = new RawHttp2(server.port())) {
      for (int i = 0; i < 10; i++) {
        web.raw(Http1.web(5) + MESSAGE);
        assertThat(web.isEndedWithin(IDLE_MILLIS / 4)).isFalse();
      }
    }
  }

  @Test
  void aStockClientConnectsAgain() {
    try (StockClient client = new StockClient(server.port())) {
      for (int i = 0; i < 3; i++) {
        HealthCheckResponse answer =
            client.call(
                HealthService.SERVICE.findMethodByName("Check"),
                HealthCheckRequest.getDefaultInstance(),
                HealthCheckResponse.getDefaultInstance());
        assertThat(answer.getStatus()).isEqualTo(ServingStatus.SERVING);
        TestGrpcServer.await(server.vertx().timer(3 * IDLE_MILLIS, TimeUnit.MILLISECONDS));
      }
    }
  }
}
