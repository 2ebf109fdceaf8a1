package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.RawHttp2;
import io.purpledb.support.process.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Idle connections to one protocol do not take the file descriptors of the other. */
@Timeout(120)
class FewDescriptorsIT {

  private static final int DESCRIPTORS = 500;
  private static final int CONNECTIONS = 600;

  @Test
  void theOtherProtocolServesAndTheLogStaysShort(@TempDir Path directory) throws Exception {
    try (ServerProcess server =
        ServerProcess.startWithDescriptors(directory, DESCRIPTORS, "--backend", "disk")) {
      List<RawHttp2> idle = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        idle.add(new RawHttp2(server.grpcPort()));
      }
      HttpRequest ready =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + server.httpPort() + "/health/ready"))
              .build();
      for (int i = 0; i < 20; i++) {
        assertThat(HttpClient.newHttpClient().send(ready, BodyHandlers.ofString()).statusCode())
            .isEqualTo(200);
      }
      for (RawHttp2 connection : idle) {
        connection.close();
      }
      try (RawHttp2 again = new RawHttp2(server.grpcPort())) {
        again.open(65_535).call(1, "/purple.v1.KvService/KvGet", new byte[0]);
        assertThat(again.in().read()).isNotNegative();
      }
      assertThat(server.output().lines().filter(line -> line.contains("WARNING")).toList())
          .singleElement()
          .asString()
          .contains("a connection of", "is closed", "file descriptors");
      assertThat(server.output()).doesNotContain("\tat ");
    }
  }
}
