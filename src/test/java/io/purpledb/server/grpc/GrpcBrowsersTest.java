package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.Browsers;
import io.purpledb.config.ServerLimits;
import io.purpledb.support.TestConfigs;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pages use the gRPC server by gRPC-Web, if their origin may, and by none but its own names. */
@Timeout(60)
class GrpcBrowsersTest {

  private static final String ORIGIN = "https://app.example";
  private static final String METHOD = "/purple.v1.CounterService/CounterIncrement";

  private static TestGrpcServer server;

  @BeforeAll
  static void start() {
    ServerLimits limits = TestConfigs.LIMITS;
    Browsers browsers = new Browsers(List.of(), List.of(ORIGIN));
    server =
        TestGrpcServer.ofPurple(
            TestConfigs.with(
                new ServerLimits(
                    limits.maxHeaderBytes(),
                    limits.maxConnections(),
                    limits.maxConnectionsPerAddress(),
                    limits.headerMillis(),
                    limits.idleMillis(),
                    0,
                    browsers)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** All that is answered, headers in lower case, until the server closes the connection. */
  private static String answer(String head, byte[] body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write(body);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String head(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  private static String increment(String host, String origin) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] message =
        CounterIncrementRequest.newBuilder().setKey("k").setAmount(1).build().toByteArray();
    DataOutputStream frame = new DataOutputStream(body);
    frame.writeByte(0);
    frame.writeInt(message.length);
    frame.write(message);
    String head =
        head(
            "POST %s HTTP/1.1",
            "Host: %s",
            "Origin: %s",
            "Content-Type: application/grpc-web+proto",
            "X-Grpc-Web: 1",
            "Connection: close",
            "Content-Length: %d");
    return answer(head.formatted(METHOD, host, origin, body.size()), body.toByteArray());
  }

  @Test
  void aPageOfAnAllowedOriginCalls() throws Exception {
    String preflight =
        answer(
            head(
                    "OPTIONS %s HTTP/1.1",
                    "Host: localhost",
                    "Origin: %s",
                    "Connection: close",
                    "Access-Control-Request-Method: POST",
                    "Access-Control-Request-Headers: content-type,x-grpc-web,grpc-timeout")
                .formatted(METHOD, ORIGIN),
            new byte[0]);
    assertThat(preflight)
        .startsWith("HTTP/1.1 204 ")
        .contains(
            "access-control-allow-origin: " + ORIGIN,
            "access-control-allow-methods: POST",
            "access-control-allow-headers: content-type,x-grpc-web,grpc-timeout",
            "access-control-allow-credentials: true");

    assertThat(increment("localhost", ORIGIN))
        .contains(
            "access-control-allow-origin: " + ORIGIN,
            "access-control-expose-headers: grpc-status, grpc-message, grpc-status-details-bin",
            "grpc-status:0");
    assertThat(increment("localhost", "https://evil.example"))
        .doesNotContain("access-control-allow-origin");
  }

  @Test
  void aPageUnderAnotherNameDoesNot() throws Exception {
    String before = increment("localhost", ORIGIN);
    assertThat(increment("evil.example", "http://evil.example"))
        .contains("grpc-status: 7", "Host: evil.example (expected: localhost, or one of")
        .doesNotContain("access-control-allow-origin");
    int value = (int) value(before);
    assertThat(value(increment("localhost", ORIGIN))).isEqualTo(value + 1);
  }

  /** The counter in an answer: the first message of its body. */
  private static long value(String answer) throws IOException {
    byte[] body =
        answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
    int start = 0;
    while (body[start] != 0 || body[start + 1] != 0) { // the length of a chunk comes before it
      start++;
    }
    int length = body[start + 4];
    return CounterIncrementResponse.parseFrom(
            java.util.Arrays.copyOfRange(body, start + 5, start + 5 + length))
        .getValue();
  }
}
