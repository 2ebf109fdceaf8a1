package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.ClosedPort;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM: nobody new is accepted, what is in flight is finished, the files are closed. */
class StopIT {

  private static final int EXIT_CODE_OF_SIGTERM = 128 + 15;

  @Test
  @Timeout(60)
  void finishesTheRequestInFlight(@TempDir Path directory) throws Exception {
    try (ServerProcess server = ServerProcess.start(directory)) {
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.httpPort())) {
        send(
            client,
            String.join(
                "\r\n",
                "PUT /kv/k HTTP/1.1",
                "Host: localhost",
                "Content-Type: text/plain",
                "Expect: 100-continue",
                "Content-Length: 5",
                "",
                ""));
        assertThat(read(client)).startsWith("HTTP/1.1 100 ");

        server.terminate();
        ClosedPort.await(server.httpPort());
        send(client, "value");

        assertThat(read(client)).startsWith("HTTP/1.1 204 ");
      }
      assertThat(server.awaitExit()).isEqualTo(EXIT_CODE_OF_SIGTERM);
      assertThat(server.outputAtEnd()).endsWith("Stopped.");
    }
    try (ServerProcess again = ServerProcess.start(directory);
        ServiceClient purple = ServiceClient.http(again.httpPort())) {
      assertThat(purple.kvGet("k").get(10, TimeUnit.SECONDS))
          .isEqualTo(ByteString.copyFromUtf8("value"));
    }
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static String read(Socket socket) throws IOException {
    byte[] bytes = new byte[1024];
    int length = socket.getInputStream().read(bytes);
    return length < 0 ? "closed" : new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }
}
