package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.RawHttp2;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that RFC 9113 forbids, or of which there are too many, end a stream or a connection. */
@Timeout(60)
class FramesTest {

  private static final String GET = "/purple.v1.KvService/KvGet";
  private static final byte[] NO_KEY = {};
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int STREAMS = 256;

  @RegisterExtension final QuietLog log = new QuietLog();

  private static TestDoor door;

  @BeforeAll
  static void start() {
    door = TestDoor.ofPurple();
  }

  @AfterAll
  static void stop() {
    door.close();
  }

  private static RawHttp2 open() throws IOException {
    return new RawHttp2(door.port()).open(65_535);
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

  private static void assertServes(RawHttp2 connection, int stream) throws IOException {
    connection.call(stream, GET, NO_KEY);
    DataInputStream in = new DataInputStream(connection.in());
    Frame frame = Frame.read(in);
    while (frame.type() != RawHttp2.HEADERS || frame.stream() != stream) {
      assertThat(frame.type()).isNotEqualTo(GOAWAY);
      frame = Frame.read(in);
    }
  }

  /** RFC 9113, 5.1.1: a connection error. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5})
  void aStreamNumberThatGoesBackEndsTheConnection(int again) throws Exception {
    try (RawHttp2 connection = open();
        RawHttp2 other = open()) {
      assertServes(connection, 5);
      connection.call(again, GET, NO_KEY);
      assertThat(typesUntilTheEnd(connection)).contains(GOAWAY);
      assertServes(other, 1);
    }
  }

  @Test
  void anEvenStreamNumberEndsTheConnection() throws Exception {
    try (RawHttp2 connection = open()) {
      connection.call(2, GET, NO_KEY);
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
      connection.call(1, GET, NO_KEY);
      connection.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[5]);
      assertServes(connection, 3);
    }
  }

  @Test
  void moreStreamsThanAdvertisedAreRefusedAlone() throws Exception {
    try (RawHttp2 connection = open()) {
      byte[] headers = RawHttp2.headers(GET);
      for (int i = 0; i <= STREAMS; i++) {
        connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, headers);
      }
      DataInputStream in = new DataInputStream(connection.in());
      Frame frame = Frame.read(in);
      while (frame.type() != RawHttp2.RST_STREAM) {
        assertThat(frame.type()).isNotEqualTo(GOAWAY);
        frame = Frame.read(in);
      }
      assertThat(frame.stream()).isEqualTo(2 * STREAMS + 1);
      connection.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[5]);
      while (frame.type() != RawHttp2.HEADERS || frame.stream() != 1) {
        frame = Frame.read(in);
      }
    }
  }

  @Test
  void emptyContinuationsEndTheConnection() throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.headers(GET));
      assertThat(isEndedAfter(connection, 1_000_000)).isTrue();
    }
    try (RawHttp2 other = open()) {
      assertServes(other, 1);
    }
  }

  private static boolean isEndedAfter(RawHttp2 connection, int frames) throws IOException {
    try {
      for (int i = 0; i < frames; i++) {
        connection.frame(RawHttp2.CONTINUATION, 0, 1, new byte[0]);
      }
    } catch (SocketException end) {
      return true;
    }
    return connection.isEndedWithin(2_000);
  }

  @RepeatedTest(2)
  void streamsThatAreResetAsFastAsTheyOpenEndTheConnection() throws Exception {
    try (RawHttp2 connection = open()) {
      byte[] headers = RawHttp2.headers(GET);
      boolean ended = false;
      for (int i = 0; i < 30_000 && !ended; i++) {
        try {
          connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, headers);
          connection.frame(RawHttp2.RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
        } catch (SocketException end) {
          ended = true;
        }
      }
      assertThat(ended || connection.isEndedWithin(5_000)).isTrue();
    }
    try (RawHttp2 other = open()) {
      assertServes(other, 1);
    }
  }

  @Test
  void aConnectionWithoutCallsIsToldToGoAlthoughItPings() throws Exception {
    try (TestDoor impatient = TestDoor.ofPurple(TestDoor.config(10_000), 300);
        RawHttp2 connection = new RawHttp2(impatient.port()).open(65_535)) {
      assertServes(connection, 1);
      for (int i = 0; i < 10; i++) {
        connection.frame(PING, 0, 0, new byte[8]);
      }
      assertThat(typesUntilTheEnd(connection)).contains(PING, GOAWAY);
    }
  }
}
