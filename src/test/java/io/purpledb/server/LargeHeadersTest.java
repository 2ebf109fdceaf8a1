package io.purpledb.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.EventExecutor;
import io.purpledb.support.QuietLog;
import io.purpledb.support.RawHttp2;
import io.vertx.core.internal.VertxInternal;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of any size, frame by frame: the request alone ends, with an answer of its server. */
@ParameterizedClass
@EnumSource(Way.class)
@Timeout(60)
class LargeHeadersTest {

  private static final int GOAWAY = 7;
  private static final int MAX_FRAME = 16 << 10;
  private static final int MIB = 1 << 20;

  // The streams of a test: an upgrade has taken the first.
  private static final int A = Way.FIRST;
  private static final int B = A + 2;
  private static final int C = B + 2;
  private static final int D = C + 2;

  @RegisterExtension final QuietLog log = new QuietLog();

  @RegisterExtension static final ServedClass SERVED = new ServedClass();

  private final Way way;

  LargeHeadersTest(Way way) {
    this.way = way;
  }

  private final List<RawHttp2> connections = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (RawHttp2 connection : connections) {
      connection.close();
    }
  }

  private RawHttp2 open() throws IOException {
    RawHttp2 connection = way.open(SERVED.server(), 65_535);
    connections.add(connection);
    return connection;
  }

  private record Frame(int type, int stream, String payload) {}

  private static Frame read(RawHttp2 connection) throws IOException {
    DataInputStream in = new DataInputStream(connection.in());
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    in.readUnsignedByte(); // flags
    int stream = in.readInt();
    return new Frame(type, stream, new String(in.readNBytes(length), ISO_8859_1));
  }

  private static Frame await(RawHttp2 connection, int type, int stream) throws IOException {
    Frame frame = read(connection);
    while (frame.type() != type || frame.stream() != stream) {
      frame = read(connection);
    }
    return frame;
  }

  /** A header block with a field of a size, of fields that get into the table of their reader. */
  private byte[] block(int bytes, boolean indexed) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(way.headers());
    block.write(indexed ? 0x40 : 0);
    block.write(7);
    block.write("x-large".getBytes(US_ASCII));
    block.write(127);
    int rest = bytes - 127;
    for (; rest >= 128; rest >>= 7) {
      block.write((rest & 127) | 128);
    }
    block.write(rest);
    block.write("x".repeat(bytes).getBytes(US_ASCII));
    return block.toByteArray();
  }

  private static void sendHeaders(RawHttp2 connection, int stream, byte[] block)
      throws IOException {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (int at = 0; at < block.length; at += MAX_FRAME) {
      int end = Math.min(block.length, at + MAX_FRAME);
      RawHttp2.frame(
          frames,
          at == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
          end == block.length ? RawHttp2.END_HEADERS : 0,
          stream,
          Arrays.copyOfRange(block, at, end));
    }
    connection.out().write(frames.toByteArray());
  }

  private void assertRefused(RawHttp2 connection, int stream) throws IOException {
    Frame answer = await(connection, RawHttp2.HEADERS, stream);
    if (way == Way.GRPC) {
      assertThat(answer.payload()).contains("grpc-status", "max-header-bytes");
    } else {
      assertThat(answer.payload()).contains("431", "application/problem+json");
      assertThat(await(connection, RawHttp2.DATA, stream).payload())
          .contains("headers_too_large", "max-header-bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {40_000, 130_000, 150_000, 161_000, 500_000, MIB - 1_000})
  void upToAMebibyteTheConnectionStays(int bytes) throws Exception {
    RawHttp2 connection = open();
    connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
    sendHeaders(connection, B, block(bytes, true));
    Way.end(connection, B);
    assertRefused(connection, B);
    way.call(connection, C);
    await(connection, RawHttp2.HEADERS, C);
    Way.end(connection, A);
    await(connection, RawHttp2.HEADERS, A);
  }

  @ParameterizedTest
  @ValueSource(ints = {MIB, 3 * MIB, 20 * MIB})
  void beyondItTheCallsThatHaveBegunAreServed(int bytes) throws Exception {
    RawHttp2 connection = open();
    connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, A, way.headers());
    sendHeaders(connection, B, block(bytes, true));
    Way.end(connection, B);
    way.call(connection, C); // before the client can know
    sendHeaders(connection, D, block(50_000, true));
    Frame goAway = await(connection, GOAWAY, 0); // before the answer, or the next call comes here
    assertThat(goAway.payload())
        .startsWith("\0\0\0" + (char) B + "\0\0\0\0"); // the last call, and no error
    assertRefused(connection, B);
    await(connection, RawHttp2.RST_STREAM, C);
    await(connection, RawHttp2.RST_STREAM, D);
    Way.end(connection, A);
    assertThat(await(connection, RawHttp2.HEADERS, A).payload())
        .contains(way == Way.GRPC ? "of UTF-8" : "\u0089"); // of the key; the status 204
    assertThat(connection.isEndedWithin(5_000)).isTrue();
  }

  /** A request without a body: its stream, and with it the connection, ends with the answer. */
  @Test
  void beyondItARequestThatHasEndedIsAnswered() throws Exception {
    RawHttp2 connection = open();
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    byte[] block = block(2 * MIB, false);
    for (int at = 0; at < block.length; at += MAX_FRAME) {
      int end = Math.min(block.length, at + MAX_FRAME);
      int flags = end == block.length ? RawHttp2.END_HEADERS : 0;
      RawHttp2.frame(
          frames,
          at == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
          at == 0 ? RawHttp2.END_STREAM : flags,
          A,
          Arrays.copyOfRange(block, at, end));
    }
    connection.out().write(frames.toByteArray());
    assertRefused(connection, A);
    assertThat(connection.isEndedWithin(5_000)).isTrue();
  }

  /** Each of these tasks waits for a part of what has come; 40 would do. */
  private static void letItRead() throws Exception {
    for (int i = 0; i < 200; i++) {
      for (EventExecutor loop : ((VertxInternal) SERVED.server().vertx()).nettyEventLoopGroup()) {
        loop.submit(() -> {}).get();
      }
    }
  }

  /** The room for large blocks is that of all connections. */
  @Test
  void manyThatAreNotWholeTakeNoMoreThanTheirRoom() throws Exception {
    byte[] begin = Arrays.copyOf(block(MIB - 1_000, false), 40 * MAX_FRAME);
    for (int i = 0; i < 40; i++) {
      RawHttp2 connection = open();
      for (int at = 0; at < begin.length; at += MAX_FRAME) {
        connection.frame(
            at == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
            0,
            A,
            Arrays.copyOfRange(begin, at, at + MAX_FRAME));
      }
    }
    letItRead();
    int refused = 0;
    for (RawHttp2 connection : connections) {
      connection.frame(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, A, new byte[0]);
      Frame goAway = await(connection, GOAWAY, 0);
      if (goAway.payload().startsWith("\0\0\0\0", 4)) { // no error
        assertRefused(connection, A);
        refused++;
      }
    }
    assertThat(refused).isBetween(20, 39); // the others are no whole blocks, as Netty says
    RawHttp2 other = open();
    sendHeaders(other, A, block(MIB - 1_000, false));
    assertRefused(other, A);
    way.call(other, B);
    await(other, RawHttp2.HEADERS, B);
  }
}
