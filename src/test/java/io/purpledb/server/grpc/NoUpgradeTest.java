package io.purpledb.server.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.RawHttp2;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gRPC port has no use for a change from HTTP/1.1 to HTTP/2. */
@Timeout(60)
class NoUpgradeTest {

  @Test
  void aConnectionOfHttp1IsNotUpgraded() throws Exception {
    try (TestGrpcServer server = TestGrpcServer.ofPurple();
        RawHttp2 connection = new RawHttp2(server.port())) {
      String request =
          "GET / HTTP/1.1|host: a|connection: upgrade, http2-settings|upgrade: h2c|http2-settings: AAMAAABkAAQAAP__||";
      connection.raw(request.replace("|", "\r\n"));
      assertThat(new String(connection.in().readNBytes(12), ISO_8859_1)).isEqualTo("HTTP/1.1 405");
    }
  }
}
