package io.purpledb.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.PurpleServer;
import io.purpledb.config.ServerLimits;
import io.purpledb.support.RawHttp2;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.client.Await;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that ask for nothing, and too many of them. */
@Tag("long")
@Timeout(60)
class ServerLimitsTest {

  private static final int HEADER_MILLIS = 400;
  private static final int SOON_MILLIS = 5_000;
  private static final int MORE = 6;
  private static final int FEW = 4;

  /** How many of each kind there are. */
  private static final int OF_EACH = Integer.getInteger("purple.connections", 3);

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final String SETTINGS = "\0\0\0\4\0\0\0\0\0";
  private static final String UPGRADE = RawHttp2.upgradeRequest("GET", "/ping", new byte[0]);
  private static final int WINDOW = 65_535;

  private final List<RawHttp2> open = new ArrayList<>();
  private @Nullable PurpleServer server;

  private PurpleServer start(int maxConnections, int maxOfAddress) {
    ServerLimits limits = TestConfigs.limits(maxConnections, maxOfAddress, HEADER_MILLIS);
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

  /** How a connection is used before it is not. */
  enum Served {
    HTTP1(Port.HTTP),
    HTTP2(Port.HTTP),
    UPGRADED(Port.HTTP),
    GRPC(Port.GRPC);

    private final Port port;

    Served(Port port) {
      this.port = port;
    }

    private void ask(RawHttp2 connection) throws IOException {
      switch (this) {
        case HTTP1 -> connection.raw("GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
        case HTTP2 ->
            connection
                .open(WINDOW)
                .frame(
                    RawHttp2.HEADERS,
                    RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
                    1,
                    RawHttp2.headers("GET", "/ping", Map.of()));
        case UPGRADED -> connection.upgrade("GET", "/ping", WINDOW);
        case GRPC -> connection.open(WINDOW).call(1, "/purple.v1.KvService/KvGet", new byte[0]);
      }
    }

    boolean isServed(RawHttp2 connection) {
      try {
        ask(connection);
        return connection.in().read() >= 0;
      } catch (IOException e) {
        return false;
      }
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
    PINGS(PREFACE + SETTINGS + "\0\0\10\6\0\0\0\0\0 pinging".repeat(20)),
    UPGRADE_ALONE(UPGRADE),
    UPGRADE_AND_A_PART_OF_A_PREFACE(UPGRADE + "PRI * HT"),
    UPGRADE_AND_NO_SETTINGS(UPGRADE + PREFACE),
    UPGRADE_AND_A_PART_OF_SETTINGS(UPGRADE + PREFACE + "\0\0\6\4\0\0\0\0\0\0\4\0");

    private final String bytes;

    Kind(String bytes) {
      this.bytes = bytes;
    }
  }

  static List<Arguments> kinds() {
    return Arrays.stream(Port.values())
        .flatMap(port -> Arrays.stream(Kind.values()).map(kind -> Arguments.of(port, kind)))
        .filter( // the gRPC port answers an upgrade as the request that it is
            arguments ->
                arguments.get()[0] == Port.HTTP || !arguments.get()[1].toString().startsWith("UP"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whoAsksForNothingIsClosed(Port port, Kind kind) throws Exception {
    PurpleServer started = start(10_000, 10_000);
    List<RawHttp2> silent = new ArrayList<>();
    for (int i = 0; i < OF_EACH; i++) {
      RawHttp2 connection = connect(port.of(started));
      connection.raw(kind.bytes);
      silent.add(connection);
    }
    for (RawHttp2 connection : silent) {
      assertThat(connection.isEndedWithin(SOON_MILLIS)).isTrue();
    }
  }

  /** What a connection that has been served sends instead of a whole request. */
  enum LaterPart {
    ONE_BYTE(1, "G"),
    REQUEST_LINE(1, "GET /kv/"),
    HEADERS(1, "GET /ping HTTP/1.1\r\nHost: localhost\r\n"),
    TRAILERS(
        1, "PUT /nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA:"),
    FRAME_HEAD(2, "\0\0"),
    FRAME(2, "\0\0\100\1\4\0\0\0\3part"),
    HEADERS_WITHOUT_END(2, "\0\0\5\1\0\0\0\0\3\0\1a\1b"),
    CONTINUATION_WITHOUT_END(2, "\0\0\5\1\0\0\0\0\3\0\1a\1b\0\0\5\11\0\0\0\0\3\0\1c\1d"),
    SETTINGS_PART(2, "\0\0\6\4\0\0\0\0\0\0\0");

    private final int version;
    private final String bytes;

    LaterPart(int version, String bytes) {
      this.version = version;
      this.bytes = bytes;
    }
  }

  static List<Arguments> laterParts() {
    return Arrays.stream(Served.values())
        .flatMap(
            served ->
                Arrays.stream(LaterPart.values())
                    .filter(part -> part.version == (served == Served.HTTP1 ? 1 : 2))
                    .map(part -> Arguments.of(served, part)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("laterParts")
  void whoBeginsAgainAndDoesNotEndIsClosed(Served served, LaterPart part) throws Exception {
    PurpleServer started = start(10_000, 10_000);
    List<RawHttp2> silent = new ArrayList<>();
    for (int i = 0; i < OF_EACH; i++) {
      RawHttp2 connection = connect(served.port.of(started));
      assertThat(served.isServed(connection)).isTrue();
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
  void whoTricklesIsClosed(Served served) throws Exception {
    RawHttp2 connection = connect(served.port.of(start(10_000, 10_000)));
    assertThat(served.isServed(connection)).isTrue();
    if (served == Served.HTTP1) {
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
    RawHttp2 http2 = connect(started.httpPort());
    http2
        .open(WINDOW)
        .frame(
            RawHttp2.HEADERS,
            RawHttp2.END_HEADERS,
            1,
            RawHttp2.headers("PUT", "/nothing", Map.of()))
        .frame(RawHttp2.DATA, 0, 1, new byte[4]);
    assertThat(resetOf(grpc, 1)).isEqualTo(0); // NO_ERROR: the call is over, send no more
    assertThat(resetOf(http2, 1)).isEqualTo(0);
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
  void aRefusedUpgradeIsNoRequest() throws Exception {
    RawHttp2 connection = connect(start(10_000, 10_000).grpcPort());
    connection.raw("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\n\r\n");
    assertThat(connection.isEndedWithin(SOON_MILLIS)).isTrue();
  }

  @Test
  void whoHasAskedMayWait() throws Exception {
    PurpleServer started = start(MORE, FEW);
    for (Served served : Served.values()) {
      RawHttp2 connection = connect(served.port.of(started));
      served.ask(connection);
      assertThat(connection.isEndedWithin(2 * HEADER_MILLIS)).as("%s", served).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneMoreOfAnAddressIsClosedAtOnce(Served served) throws Exception {
    int number = served.port.of(start(MORE, FEW));
    for (int i = 0; i < FEW; i++) {
      assertThat(served.isServed(connect(number))).as("connection %d", i).isTrue();
    }
    assertThat(connect(number).isEndedWithin(SOON_MILLIS)).isTrue();
    open.get(0).close();
    while (!served.isServed(connect(number))) {
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneMoreInAllIsClosedAtOnceAndTheOtherServerServes(Served served) throws Exception {
    PurpleServer started = start(FEW, MORE);
    for (int i = 0; i < FEW; i++) {
      assertThat(served.isServed(connect(served.port.of(started)))).isTrue();
    }
    assertThat(connect(served.port.of(started)).isEndedWithin(SOON_MILLIS)).isTrue();
    Served other = served.port == Port.HTTP ? Served.GRPC : Served.HTTP1;
    assertThat(other.isServed(connect(other.port.of(started)))).isTrue();
  }
}
