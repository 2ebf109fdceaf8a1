package io.purpledb.server.grpc.call;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.server.grpc.RawGrpcClient;
import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.server.grpc.TestGrpcServer;
import io.purpledb.support.BackendType;
import io.purpledb.support.TestConfigs;
import io.purpledb.v1.KvGetRequest;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.common.GrpcStatus;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which content types are calls, and what every answer of the gRPC server has. */
@Timeout(20)
class ContentTypesTest {

  private static final String GET = "/purple.v1.KvService/KvGet";
  private static final byte[] REQUEST = KvGetRequest.newBuilder().setKey("k").build().toByteArray();

  private static TestGrpcServer server;
  private static RawGrpcClient client;

  @BeforeAll
  static void start() {
    server = TestGrpcServer.ofPurple();
    client = new RawGrpcClient(server.port());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  /** An origin server has a clock (RFC 9110, section 6.6.1), and is asked by browsers. */
  @ParameterizedTest
  @CsvSource({
    "application/grpc, " + GET,
    "application/grpc, /a/b",
    "application/grpc-web, " + GET,
    "text/plain, /<script>",
    "application/grpc+json, " + GET,
    "application/grpc+foo, " + GET,
  })
  void everyAnswerHasADate(String type, String path) {
    Answer answer = client.call(path, Map.of("content-type", type), RawGrpcClient.frame(REQUEST));

    assertThat(answer.headers().get("date")).endsWith(" GMT");
    assertThat(answer.headers().get("x-content-type-options")).isEqualTo("nosniff");
    assertThat(answer.headers().get("content-security-policy")).isEqualTo("frame-ancestors 'none'");
  }

  @Test
  void evenOneToARequestThatIsNotReadHasADate() throws Exception {
    String large = "POST / HTTP/1.1\r\nhost: a\r\na: " + "a".repeat(70_000) + "\r\n\r\n";
    for (String request : new String[] {"no HTTP\r\n\r\n", large}) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        byte[] answer = new byte[1000];
        int length = socket.getInputStream().read(answer);
        assertThat(new String(answer, 0, length, ISO_8859_1))
            .containsIgnoringCase("\r\ndate: ")
            .startsWith("HTTP/1.");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/grpc; charset=utf-8",
        "application/grpc;charset=utf-8",
        "application/grpc+proto ; a=b",
        "Application/gRPC",
        "application/grpc-web;charset=utf-8",
        "application/grpc-web+proto; charset=utf-8",
      })
  void takesAContentTypeWithParameters(String type) {
    Answer answer = client.call(GET, Map.of("content-type", type), RawGrpcClient.frame(REQUEST));

    assertThat(answer.httpStatus()).isEqualTo(200);
    if (type.contains("web")) {
      assertThat(answer.headers().get("content-type")).startsWith("application/grpc-web");
    } else {
      assertThat(answer.status()).isEqualTo(GrpcStatus.NOT_FOUND);
    }
  }

  /** Only HTTP/2 has the trailers that a status of gRPC comes in. */
  @Test
  void refusesGrpcOverTheFirstHttp() {
    try (RawGrpcClient old = new RawGrpcClient(server.port(), HttpVersion.HTTP_1_1)) {
      Answer answer = old.call(GET, Map.of(), RawGrpcClient.frame(REQUEST));

      assertThat(answer.httpStatus()).isEqualTo(415);
      assertThat(answer.body().toString())
          .isEqualTo(
              "content-type: application/grpc over HTTP/1.1 (expected: application/grpc over HTTP/2, or application/grpc-web, with protobuf messages)\n");
    }
  }

  /** A port that nobody has chosen is no help. */
  @Test
  void namesNoPortThatIsNone() {
    try (TestGrpcServer both = TestGrpcServer.ofPurple(TestConfigs.of(BackendType.MEMORY));
        RawGrpcClient other = new RawGrpcClient(both.port())) {
      HttpClientRequest request = other.open(HttpMethod.GET, "/kv/a", Map.of());
      Future<Answer> answer = RawGrpcClient.answer(request);
      request.end();

      assertThat(TestGrpcServer.await(answer).body().toString())
          .endsWith("; HTTP is on another port)\n");
    }
  }
}
