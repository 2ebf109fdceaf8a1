package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.RawHttp2;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvPutRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that give the answers to their calls no window, however small these are. */
@Tag("long")
@Timeout(60)
class NoWindowTest {

  private static final int PING = 6;
  private static final int WINDOW = 65_535;
  private static final String CHECK = "/grpc.health.v1.Health/Check";
  private static final String WATCH = "/grpc.health.v1.Health/Watch";
  private static final String REFLECTION =
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  private static final String GET = "/purple.v1.KvService/KvGet";
  private static final byte[] NOTHING = {};
  private static final byte[] PREFIX = new byte[5];

  @RegisterExtension static TestGrpcServer server = TestGrpcServer.ofPurple();

  private final List<RawHttp2> connections = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (RawHttp2 connection : connections) {
      connection.close();
    }
  }

  private RawHttp2 connect(int window) throws IOException {
    RawHttp2 connection = new RawHttp2(server.port()).open(window);
    connections.add(connection);
    return connection;
  }

  /** Whether a connection that pings much, and reads what comes, is ended. */
  private static boolean isEnded(RawHttp2 connection) throws IOException {
    try {
      ByteArrayOutputStream pings = new ByteArrayOutputStream();
      for (int i = 0; i < 100; i++) {
        RawHttp2.frame(pings, PING, 0, 0, new byte[8]);
      }
      connection.out().write(pings.toByteArray());
    } catch (IOException closed) {
      return true;
    }
    return connection.isEndedWithin(20);
  }

  private void awaitEnds(List<RawHttp2> greedy) throws IOException {
    List<RawHttp2> left = new ArrayList<>(greedy);
    long start = System.nanoTime();
    while (!left.isEmpty()) {
      List<RawHttp2> ended = new ArrayList<>();
      for (RawHttp2 connection : left) {
        if (isEnded(connection)) {
          ended.add(connection);
        }
      }
      left.removeAll(ended);
      assertThat(System.nanoTime() - start)
          .as("connections that are left: %s", left.stream().map(greedy::indexOf).toList())
          .isLessThan(30_000_000_000L);
    }
  }

  private static void web(RawHttp2 connection, String path) throws IOException {
    byte[] headers = RawHttp2.headers("POST", path, Map.of("content-type", "application/grpc-web"));
    connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, headers);
    connection.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, PREFIX);
  }

  /** A request that does not end, of which a message has come. */
  private static void begin(RawHttp2 connection, String path) throws IOException {
    connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.headers(path));
    connection.frame(RawHttp2.DATA, 0, 1, PREFIX);
  }

  @Test
  void theirConnectionsEndAndNoOthers() throws Exception {
    RawHttp2 patient = connect(WINDOW);
    patient.call(1, WATCH, NOTHING);
    RawHttp2 asksNothing = connect(0);
    RawHttp2 uploads = connect(0);
    uploads.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.headers(GET));
    RawHttp2 check = connect(0).call(1, CHECK, NOTHING);
    RawHttp2 watch = connect(0).call(1, WATCH, NOTHING);
    RawHttp2 reflection = connect(0);
    begin(reflection, REFLECTION);
    RawHttp2 webCheck = connect(0);
    web(webCheck, CHECK);
    RawHttp2 webUnknown = connect(0);
    web(webUnknown, "/none/None"); // its answer is headers alone, which need no window
    RawHttp2 fewBytes = connect(3).call(1, CHECK, NOTHING);
    RawHttp2 ofConnection = connect(Integer.MAX_VALUE);
    try (RawGrpcClient client = new RawGrpcClient(server.port())) {
      byte[] put =
          KvPutRequest.newBuilder()
              .setKey("k")
              .setValue(ByteString.copyFrom(new byte[10_000]))
              .build()
              .toByteArray();
      assertThat(
              client
                  .call("/purple.v1.KvService/KvPut", Map.of(), RawGrpcClient.frame(put))
                  .status())
          .isEqualTo(GrpcStatus.OK);
    }
    for (int i = 0; i < 20; i++) {
      ofConnection.call(
          2 * i + 1, GET, KvGetRequest.newBuilder().setKey("k").build().toByteArray());
    }

    awaitEnds(List.of(check, watch, reflection, webCheck, fewBytes, ofConnection));

    assertThat(isEnded(patient)).isFalse();
    assertThat(isEnded(asksNothing)).isFalse();
    assertThat(isEnded(webUnknown)).isFalse();
    patient.call(3, CHECK, NOTHING);
    assertThat(isEnded(patient)).isFalse();
  }
}
