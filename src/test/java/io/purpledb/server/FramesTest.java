package io.purpledb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.purpledb.PurpleServer;
import io.purpledb.config.ServerLimits;
import io.purpledb.support.BackendType;
import io.purpledb.support.QuietLog;
import io.purpledb.support.RawHttp2;
import io.purpledb.support.TestConfigs;
import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that RFC 9113 forbids, or of which there are too many, end a stream or a connection. */
@ParameterizedClass
@EnumSource(Way.class)
@Timeout(60)
class FramesTest {

  private static final int PRIORITY = 2;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int STREAMS = 256;
  private static final int WINDOW = 65_535;

  // Those of a test: an upgrade has taken the first.
  private static final int A = Way.FIRST;
  private static final int B = A + 2;
  private static final int C = B + 2;
  private static final int D = C + 2;

  @RegisterExtension final QuietLog log = new QuietLog();

  @RegisterExtension static final ServedClass SERVED = new ServedClass();

  private final Way way;

  FramesTest(Way way) {
    this.way = way;
  }

  private RawHttp2 open() throws IOException {
    RawHttp2 connection = way.open(SERVED.server(), WINDOW);
    if (way == Way.HTTP_UPGRADED) {
      awaitFrame(connection, RawHttp2.HEADERS, 1); // of which nothing is open then
    }
    return connection;
  }

  /** A frame from the server. */
  private record Frame(int type, int stream) {

    static Frame read(DataInputStream in) throws IOException {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.readUnsignedByte(); // flags
      int stream = in.readInt();
      in.readFully(new byte[length]);
      return new Frame(type, stream);
    }
  }

  /** What the server sends until it ends the connection. */
  private static Set<Integer> typesUntilTheEnd(RawHttp2 connection) throws IOException {
    Set<Integer> types = new HashSet<>();
    DataInputStream in = new DataInputStream(connection.in());
    try {
      while (true) {
        types.add(Frame.read(in).type());
      }
    } catch (EOFException | SocketException end) {
      return types;
    }
  }

  private void assertServes(RawHttp2 connection, int stream) throws IOException {
    way.call(connection, stream);
    assertAnswered(connection, stream);
  }

  private static void assertAnswered(RawHttp2 connection, int stream) throws IOException {
    awaitFrame(connection, RawHttp2.HEADERS, stream);
  }

  private static void assertReset(RawHttp2 connection, int stream) throws IOException {
    awaitFrame(connection, RawHttp2.RST_STREAM, stream);
  }

  private static void awaitFrame(RawHttp2 connection, int type, int stream) throws IOException {
    DataInputStream in = new DataInputStream(connection.in());
    Frame frame = Frame.read(in);
    while (frame.type() != type || frame.stream() != stream) {
      assertThat(frame.type()).isNotEqualTo(GOAWAY);
      frame = Frame.read(in);
    }
  }

  /** RFC 9113, 5.1.1: a connection error. */
  /** RFC 9113, section 8.3.1: malformed, which is an error of the stream (8.1.1). */
  @ParameterizedTest
  @ValueSource(strings = {"missing", "empty"})
  void aRequestWithoutAPathEndsItsStreamAlone(String how) throws Exception {
    try (RawHttp2 connection = open()) {
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      RawHttp2.literal(block, ":method", "POST");
      RawHttp2.literal(block, ":scheme", "http");
      RawHttp2.literal(block, ":authority", "localhost");
      if (how.equals("empty")) {
        RawHttp2.literal(block, ":path", "");
      }
      RawHttp2.literal(block, "content-type", "application/grpc");
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, block.toByteArray());
      assertReset(connection, A);
      assertServes(connection, B);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, A, B})
  void aStreamNumberThatGoesBackEndsTheConnection(int again) throws Exception {
    try (RawHttp2 connection = open();
        RawHttp2 other = open()) {
      assertServes(connection, B);
      way.call(connection, again);
      assertThat(typesUntilTheEnd(connection)).contains(GOAWAY);
      assertServes(other, A);
    }
  }

  @Test
  void anEvenStreamNumberEndsTheConnection() throws Exception {
    try (RawHttp2 connection = open()) {
      way.call(connection, 2);
      assertThat(typesUntilTheEnd(connection)).contains(GOAWAY);
    }
  }

  @Test
  void dataOnAnIdleStreamEndsTheConnection() throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.DATA, 0, 7, new byte[5]);
      assertThat(typesUntilTheEnd(connection)).contains(GOAWAY);
    }
  }

  @Test
  void aSecondRequestOnAHalfClosedStreamHurtsNoOther() throws Exception {
    try (RawHttp2 connection = open()) {
      way.call(connection, A);
      connection.frame(RawHttp2.DATA, RawHttp2.END_STREAM, A, new byte[5]);
      assertServes(connection, B);
    }
  }

  @Test
  void moreStreamsThanAdvertisedAreRefusedAlone() throws Exception {
    try (RawHttp2 connection = open()) {
      for (int i = 0; i <= STREAMS; i++) {
        connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A + 2 * i, way.headers());
      }
      DataInputStream in = new DataInputStream(connection.in());
      Frame frame = Frame.read(in);
      while (frame.type() != RawHttp2.RST_STREAM) {
        assertThat(frame.type()).isNotEqualTo(GOAWAY);
        frame = Frame.read(in);
      }
      assertThat(frame.stream()).isEqualTo(A + 2 * STREAMS);
      Way.end(connection, A);
      while (frame.type() != RawHttp2.HEADERS || frame.stream() != A) {
        frame = Frame.read(in);
      }
    }
  }

  @Test
  void whatFollowsARefusedStreamHurtsNoOther() throws Exception {
    try (RawHttp2 connection = open()) {
      for (int i = 0; i < STREAMS; i++) {
        connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A + 2 * i, way.headers());
      }
      int calls = 300; // a client cannot know of the bound before it has read the settings
      for (int i = STREAMS; i < calls; i++) {
        way.call(connection, A + 2 * i);
        connection.frame(WINDOW_UPDATE, 0, A + 2 * i, new byte[] {0, 0, 0, 9});
        connection.frame(RawHttp2.RST_STREAM, 0, A + 2 * i, new byte[] {0, 0, 0, 8});
      }
      Way.end(connection, A);
      assertAnswered(connection, A);
      assertServes(connection, A + 2 * calls);
    }
  }

  @Test
  void aRefusedStreamTakesNothingFromTheWindow() throws Exception {
    try (RawHttp2 connection = open()) {
      for (int i = 0; i <= STREAMS; i++) {
        connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A + 2 * i, way.headers());
      }
      for (int i = 0; i < 100; i++) { // of the window that a connection begins with, 64 KiB
        connection.frame(RawHttp2.DATA, 0, A + 2 * STREAMS, new byte[600]);
      }
      awaitFrame(connection, WINDOW_UPDATE, 0);
      Way.end(connection, A);
      assertAnswered(connection, A);
    }
  }

  static Stream<Arguments> malformedFields() {
    return Stream.of(
        arguments("LF in a value", "a", "b\nc"),
        arguments("CR in a value", "a", "b\rc"),
        arguments("space before a value", "a", " b"),
        arguments("space in a name", "a b", "c"),
        arguments("no name", "", "a"),
        arguments("NUL in the path", ":path", "/a\0"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedFields")
  void aMalformedFieldHurtsNoOtherCall(String what, String name, String value) throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      byte[] malformed = way.headers(name, value);
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, B, malformed);
      Way.end(connection, B);
      assertReset(connection, B);
      connection.frame(RawHttp2.HEADERS, 0, C, malformed);
      connection.frame(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, C, new byte[0]);
      Way.end(connection, C);
      assertReset(connection, C);
      Way.end(connection, A);
      assertAnswered(connection, A);
      assertServes(connection, D);
    }
  }

  /** They are malformed (RFC 9113, 8.1), which ends a stream. */
  @ParameterizedTest
  @CsvSource({"true, a", "false, a", "true, ", "false, "})
  void trailersThatDoNotEndTheStreamHurtNoOther(boolean inOneGo, @Nullable String name)
      throws Exception {
    ByteArrayOutputStream trailers = new ByteArrayOutputStream();
    if (name != null) {
      RawHttp2.literal(trailers, name, "b");
    }
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      ByteArrayOutputStream begun = new ByteArrayOutputStream();
      RawHttp2.frame(begun, RawHttp2.HEADERS, RawHttp2.END_HEADERS, B, way.headers());
      if (!inOneGo) {
        begun.writeTo(connection.out());
        assertServes(connection, C);
        begun.reset();
      }
      RawHttp2.frame(begun, RawHttp2.HEADERS, RawHttp2.END_HEADERS, B, trailers.toByteArray());
      begun.writeTo(connection.out());
      Way.end(connection, B);
      assertReset(connection, B);
      Way.end(connection, A);
      assertAnswered(connection, A);
      assertServes(connection, D);
    }
  }

  @Test
  void aCallAfterAGoAwayHurtsNoOther() throws Exception {
    PurpleServer closing = Way.start(TestConfigs.of(BackendType.MEMORY));
    try (RawHttp2 connection = way.open(closing, WINDOW)) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      assertServes(connection, B);
      Future<Void> closed = closing.close();
      DataInputStream in = new DataInputStream(connection.in());
      while (Frame.read(in).type() != GOAWAY) {
        // what was sent before
      }
      way.call(connection, C);
      assertReset(connection, C);
      Way.end(connection, A);
      assertAnswered(connection, A);
      assertThat(connection.isEndedWithin(5_000)).isTrue(); // with the last of its calls
      closed.await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aMalformedFrameOnAnIdleStreamTakesNoNumbersFromOthers() throws Exception {
    try (RawHttp2 connection = open()) {
      int itself = 101;
      connection.frame(PRIORITY, 0, itself, new byte[] {0, 0, 0, (byte) itself, 0});
      assertServes(connection, A);
    }
  }

  @Test
  void emptyContinuationsEndTheConnection() throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, 0, A, way.headers());
      assertThat(isEndedAfter(connection, 1_000_000)).isTrue();
    }
    try (RawHttp2 other = open()) {
      assertServes(other, A);
    }
  }

  private static boolean isEndedAfter(RawHttp2 connection, int frames) throws IOException {
    try {
      for (int i = 0; i < frames; i++) {
        connection.frame(RawHttp2.CONTINUATION, 0, A, new byte[0]);
      }
    } catch (SocketException end) {
      return true;
    }
    return connection.isEndedWithin(2_000);
  }

  @RepeatedTest(2)
  void streamsThatAreResetAsFastAsTheyOpenEndTheConnection() throws Exception {
    try (RawHttp2 connection = open()) {
      byte[] headers = way.headers();
      boolean ended = false;
      for (int i = 0; i < 30_000 && !ended; i++) {
        try {
          connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A + 2 * i, headers);
          connection.frame(RawHttp2.RST_STREAM, 0, A + 2 * i, new byte[] {0, 0, 0, 8});
        } catch (SocketException end) {
          ended = true;
        }
      }
      assertThat(ended || connection.isEndedWithin(5_000)).isTrue();
    }
    try (RawHttp2 other = open()) {
      assertServes(other, A);
    }
  }

  @Test
  void aConnectionWithoutCallsIsToldToGoAlthoughItPings() throws Exception {
    int requestMillis = 150;
    ServerLimits limits =
        new ServerLimits(32 << 10, 100, 100, 60_000, 300, 0, TestConfigs.LIMITS.browsers());
    PurpleServer impatient = Way.start(TestConfigs.with(limits, requestMillis));
    try (RawHttp2 connection = way.open(impatient, WINDOW)) {
      assertServes(connection, A);
      for (int i = 0; i < 10; i++) {
        connection.frame(PING, 0, 0, new byte[8]);
      }
      assertThat(typesUntilTheEnd(connection)).contains(PING, GOAWAY);
    }
    Way.stop(impatient);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "G T", "GET\u00e9", "GET,"})
  void aMalformedMethodHurtsNoOther(String method) throws Exception {
    ByteArrayOutputStream malformed = new ByteArrayOutputStream();
    malformed.write(RawHttp2.headers(method, "/ping", Map.of()));
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, B, malformed.toByteArray());
      Way.end(connection, B);
      assertReset(connection, B);
      Way.end(connection, A);
      assertAnswered(connection, A);
    }
  }
}
