package io.purpledb.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.QuietLog;
import io.purpledb.support.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one call over HTTP/2 does wrong ends it alone, and not the others on its connection. */
@ParameterizedClass
@EnumSource(Way.class)
@Timeout(30)
class CallsApartTest {

  private static final int PRIORITY = 2;
  private static final int GOAWAY = 7;
  private static final int HAS_PRIORITY = 0x20;
  private static final int WINDOW = 65_535;

  private static final int A = Way.FIRST;
  private static final int B = A + 2;
  private static final int C = B + 2;

  @RegisterExtension final QuietLog log = new QuietLog();

  @RegisterExtension static final ServedClass SERVED = new ServedClass();

  private final Way way;

  CallsApartTest(Way way) {
    this.way = way;
  }

  private RawHttp2 open() throws IOException {
    RawHttp2 connection = way.open(SERVED.server(), WINDOW);
    if (way == Way.HTTP_UPGRADED) {
      await(connection, RawHttp2.HEADERS, 1);
    }
    return connection;
  }

  private static void await(RawHttp2 connection, int type, int stream) throws IOException {
    DataInputStream in = new DataInputStream(connection.in());
    int foundType;
    int foundStream;
    do {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      foundType = in.readUnsignedByte();
      in.readUnsignedByte(); // flags
      foundStream = in.readInt();
      byte[] payload = in.readNBytes(length);
      assertThat(foundType).as(() -> new String(payload, UTF_8)).isNotEqualTo(GOAWAY);
    } while (foundType != type || foundStream != stream);
  }

  private static byte[] dependingOn(int stream) {
    return new byte[] {0, 0, 0, (byte) stream, 0};
  }

  private byte[] headersDependingOn(int stream) throws IOException {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.write(dependingOn(stream));
    payload.write(way.headers());
    return payload.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"G T", " ", "GET "})
  void aMalformedMethod(String method) throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      int flags = RawHttp2.END_HEADERS | RawHttp2.END_STREAM;
      connection.frame(RawHttp2.HEADERS, flags, B, RawHttp2.headers(method, "/ping", Map.of()));
      await(connection, RawHttp2.RST_STREAM, B);
      Way.end(connection, A);
      await(connection, RawHttp2.HEADERS, A);
    }
  }

  @Test
  void aMalformedMethodInTheFirstBytes() throws Exception {
    int flags = RawHttp2.END_HEADERS | RawHttp2.END_STREAM;
    try (RawHttp2 connection = way.open(SERVED.server(), WINDOW)) {
      connection.frame(RawHttp2.HEADERS, flags, A, RawHttp2.headers("G T", "/ping", Map.of()));
      way.call(connection, B);
      await(connection, RawHttp2.HEADERS, B);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, RawHttp2.END_STREAM})
  void headersThatDependOnThemselves(int end) throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      connection.frame(
          RawHttp2.HEADERS, RawHttp2.END_HEADERS | HAS_PRIORITY | end, B, headersDependingOn(B));
      if (end == 0) {
        Way.end(connection, B);
      }
      await(connection, RawHttp2.RST_STREAM, B);
      Way.end(connection, A);
      await(connection, RawHttp2.HEADERS, A);
      way.call(connection, C);
      await(connection, RawHttp2.HEADERS, C);
    }
  }

  /** Also when its bytes come one by one, or its headers in two frames. */
  @Test
  void headersInPiecesThatDependOnThemselves() throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      ByteArrayOutputStream frame = new ByteArrayOutputStream();
      int flags = RawHttp2.END_HEADERS | HAS_PRIORITY;
      RawHttp2.frame(frame, RawHttp2.HEADERS, flags, B, headersDependingOn(B));
      for (byte one : frame.toByteArray()) {
        connection.out().write(one);
        connection.out().flush();
      }
      await(connection, RawHttp2.RST_STREAM, B);
      connection.frame(RawHttp2.HEADERS, HAS_PRIORITY, C, headersDependingOn(C));
      connection.frame(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, C, new byte[0]);
      await(connection, RawHttp2.RST_STREAM, C);
      Way.end(connection, A);
      await(connection, RawHttp2.HEADERS, A);
    }
  }

  @Test
  void trailersThatDependOnThemselves() throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, B, way.headers());
      connection.frame(
          RawHttp2.HEADERS,
          RawHttp2.END_HEADERS | HAS_PRIORITY | RawHttp2.END_STREAM,
          B,
          dependingOn(B));
      await(connection, RawHttp2.RST_STREAM, B);
      Way.end(connection, A);
      await(connection, RawHttp2.HEADERS, A);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {A, B, C})
  void aPriorityThatDependsOnItself(int stream) throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, B, way.headers());
      connection.frame(PRIORITY, 0, stream, dependingOn(stream));
      if (stream != C) {
        await(connection, RawHttp2.RST_STREAM, stream);
      }
      int other = stream == A ? B : A;
      Way.end(connection, other);
      await(connection, RawHttp2.HEADERS, other);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 500, 20_000})
  void emptyData(int frames) throws Exception {
    try (RawHttp2 connection = open()) {
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
      connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, B, way.headers());
      for (int i = 0; i < frames; i++) {
        connection.frame(RawHttp2.DATA, 0, B, new byte[0]);
      }
      Way.end(connection, A);
      await(connection, RawHttp2.HEADERS, A);
    }
  }
}
