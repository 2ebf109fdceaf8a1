package io.purpledb.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.PurpleServer;
import io.purpledb.config.DoorLimits;
import io.purpledb.support.Await;
import io.purpledb.support.RawHttp2;
import io.purpledb.support.TestConfigs;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that ask for nothing, and too many of them. */
@Timeout(60)
class DoorLimitsTest {

  private static final int HEADER_MILLIS = 400;
  private static final int SOON_MILLIS = 5_000;
  private static final int MORE = 6;
  private static final int FEW = 4;

  /** How many of each kind there are. */
  private static final int OF_EACH = Integer.getInteger("purple.rounds", 3);

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final String SETTINGS = "\0\0\0\4\0\0\0\0\0";

  private final List<RawHttp2> open = new ArrayList<>();
  private @Nullable PurpleServer server;

  private PurpleServer start(int maxConnections, int maxOfAddress) {
    DoorLimits limits = new DoorLimits(32 << 10, maxConnections, maxOfAddress, HEADER_MILLIS);
    PurpleServer started =
        Await.value(
            PurpleServer.start(TestConfigs.with(limits), InstantSource.system())
                .toCompletionStage()
                .toCompletableFuture());
    server = started;
    return started;
  }

  @AfterEach
  void close() throws IOException {
    for (RawHttp2 connection : open) {
      connection.close();
    }
    Await.value(Objects.requireNonNull(server).close().toCompletionStage().toCompletableFuture());
  }

  private RawHttp2 connect(int port) throws IOException {
    RawHttp2 connection = new RawHttp2(port);
    open.add(connection);
    return connection;
  }

  enum Port {
    HTTP,
    GRPC;

    int of(PurpleServer server) {
      return this == HTTP ? server.httpPort() : server.grpcPort();
    }
  }

  /** What a connection sends instead of asking for something. */
  enum Kind {
    NOTHING(""),
    ONE_BYTE("P"),
    PART_OF_A_REQUEST_LINE("GET /kv/"),
    PART_OF_HEADERS("GET /ping HTTP/1.1\r\nHost: localhost\r\n"),
    PART_OF_A_PREFACE("PRI * HTTP/2.0\r\n\r\n"),
    PREFACE_ALONE(PREFACE),
    SETTINGS_ALONE(PREFACE + SETTINGS),
    PART_OF_A_FRAME_HEAD(PREFACE + SETTINGS + "\0\0"),
    PART_OF_A_FRAME(PREFACE + SETTINGS + "\0\0\100\1\4\0\0\0\1part"),
    HEADERS_WITHOUT_END(PREFACE + SETTINGS + "\0\0\5\1\0\0\0\0\1\0\1a\1b"),
    PINGS(PREFACE + SETTINGS + "\0\0\10\6\0\0\0\0\0 pinging".repeat(20));

    private final String bytes;

    Kind(String bytes) {
      this.bytes = bytes;
    }
  }

  static List<Arguments> kinds() {
    return Arrays.stream(Port.values())
        .flatMap(port -> Arrays.stream(Kind.values()).map(kind -> Arguments.of(port, kind)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whoAsksForNothingIsClosed(Port port, Kind kind) throws Exception {
    PurpleServer started = start(10_000, 10_000);
    List<RawHttp2> silent = new ArrayList<>();
    for (int i = 0; i < OF_EACH; i++) {
      RawHttp2 connection = connect(port.of(started));
      try {
        connection.raw(kind.bytes);
        silent.add(connection);
      } catch (SocketException ended) {
        assertThat(port).isEqualTo(Port.HTTP); // which ends what is HTTP/2 at once
      }
    }
    for (RawHttp2 connection : silent) {
      assertThat(connection.isEndedWithin(SOON_MILLIS)).isTrue();
    }
  }

  /** What a connection that has been served sends instead of a whole request. */
  enum LaterPart {
    ONE_BYTE(Port.HTTP, "G"),
    REQUEST_LINE(Port.HTTP, "GET /kv/"),
    HEADERS(Port.HTTP, "GET /ping HTTP/1.1\r\nHost: localhost\r\n"),
    TRAILERS(
        Port.HTTP,
        "PUT /nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA:"),
    FRAME_HEAD(Port.GRPC, "\0\0"),
    FRAME(Port.GRPC, "\0\0\100\1\4\0\0\0\3part"),
    HEADERS_WITHOUT_END(Port.GRPC, "\0\0\5\1\0\0\0\0\3\0\1a\1b"),
    CONTINUATION_WITHOUT_END(Port.GRPC, "\0\0\5\1\0\0\0\0\3\0\1a\1b\0\0\5\11\0\0\0\0\3\0\1c\1d"),
    SETTINGS_PART(Port.GRPC, "\0\0\6\4\0\0\0\0\0\0\0");

    private final Port port;
    private final String bytes;

    LaterPart(Port port, String bytes) {
      this.port = port;
      this.bytes = bytes;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoBeginsAgainAndDoesNotEndIsClosed(LaterPart part) throws Exception {
    PurpleServer started = start(10_000, 10_000);
    List<RawHttp2> silent = new ArrayList<>();
    for (int i = 0; i < OF_EACH; i++) {
      RawHttp2 connection = connect(part.port.of(started));
      assertThat(isServed(connection, part.port)).isTrue();
      silent.add(connection);
    }
    for (RawHttp2 connection : silent) {
      connection.raw(part.bytes);
    }
    for (RawHttp2 connection : silent) {
      assertThat(connection.isEndedWithin(2 * SOON_MILLIS)).isTrue();
    }
  }

  /** One byte at a time, none of them late: only the whole is. */
  @ParameterizedTest
  @EnumSource
  void whoTricklesIsClosed(Port port) throws Exception {
    RawHttp2 connection = connect(port.of(start(10_000, 10_000)));
    assertThat(isServed(connection, port)).isTrue();
    if (port == Port.HTTP) {
      connection.raw("GET /ping HTTP/1.1\r\nA: ");
    } else {
      connection.raw("\0\20\0\1\0\0\0\0\3");
    }
    long start = System.nanoTime();
    boolean ended = false;
    while (!ended && System.nanoTime() - start < SOON_MILLIS * 1_000_000L) {
      try {
        connection.raw("a");
        ended = connection.isEndedWithin(HEADER_MILLIS / 8);
      } catch (SocketException e) {
        ended = true;
      }
    }
    assertThat(ended).isTrue();
  }

  @Test
  void aBodyAfterTheAnswerDoesNotKeepAConnectionOrACall() throws Exception {
    PurpleServer started = start(10_000, 10_000);
    RawHttp2 http = connect(started.httpPort());
    http.raw("PUT /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nbody");
    RawHttp2 grpc = connect(started.grpcPort());
    grpc.open(65_535)
        .frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.headers("/purple.v1.None/None"));
    assertThat(resetOf(grpc, 1)).isEqualTo(0); // NO_ERROR: the call is over, send no more
    assertThat(http.isEndedWithin(2 * SOON_MILLIS)).isTrue();
  }

  /** The reason for which the server resets a stream. */
  private static int resetOf(RawHttp2 connection, int stream) throws IOException {
    DataInputStream in = new DataInputStream(connection.in());
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.readUnsignedByte(); // flags
      int of = in.readInt();
      byte[] payload = in.readNBytes(length);
      if (type == RawHttp2.RST_STREAM && of == stream) {
        return ByteBuffer.wrap(payload).getInt();
      }
    }
  }

  @Test
  void whoHasAskedMayWait() throws Exception {
    PurpleServer started = start(MORE, FEW);
    RawHttp2 http = connect(started.httpPort());
    http.raw("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
    RawHttp2 grpc = connect(started.grpcPort());
    grpc.open(65_535).call(1, "/purple.v1.KvService/KvGet", new byte[0]);
    assertThat(http.isEndedWithin(2 * HEADER_MILLIS)).isFalse();
    assertThat(grpc.isEndedWithin(2 * HEADER_MILLIS)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void oneMoreOfAnAddressIsClosedAtOnce(Port port) throws Exception {
    int number = port.of(start(MORE, FEW));
    for (int i = 0; i < FEW; i++) {
      assertThat(isServed(connect(number), port)).as("connection %d", i).isTrue();
    }
    assertThat(connect(number).isEndedWithin(SOON_MILLIS)).isTrue();
    open.get(0).close();
    while (!isServed(connect(number), port)) {
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneMoreInAllIsClosedAtOnceAndTheOtherDoorServes(Port port) throws Exception {
    PurpleServer started = start(FEW, MORE);
    for (int i = 0; i < FEW; i++) {
      assertThat(isServed(connect(port.of(started)), port)).isTrue();
    }
    assertThat(connect(port.of(started)).isEndedWithin(SOON_MILLIS)).isTrue();
    Port other = port == Port.HTTP ? Port.GRPC : Port.HTTP;
    assertThat(isServed(connect(other.of(started)), other)).isTrue();
  }

  private static boolean isServed(RawHttp2 connection, Port port) {
    try {
      if (port == Port.HTTP) {
        connection.raw("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
      } else {
        connection.open(65_535).call(1, "/purple.v1.KvService/KvGet", new byte[0]);
      }
      return connection.in().read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }
}
