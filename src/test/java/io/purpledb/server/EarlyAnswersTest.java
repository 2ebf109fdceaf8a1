package io.purpledb.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers over HTTP/2 that come before all of the request, or need no window. */
@ParameterizedClass
@EnumSource(
    value = Way.class,
    names = {"HTTP", "HTTP_UPGRADED"})
@Timeout(20)
class EarlyAnswersTest {

  private static final int WINDOW = 65_535;
  private static final int WINDOW_UPDATE = 8;
  private static final int A = Way.FIRST;

  @RegisterExtension static final ServedClass SERVED = new ServedClass();

  private final Way way;

  EarlyAnswersTest(Way way) {
    this.way = way;
  }

  private record Frame(int type, int flags, int stream, ByteString payload) {

    static Frame read(RawHttp2 connection, int stream, int type) throws IOException {
      DataInputStream in = new DataInputStream(connection.in());
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int foundType = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int foundStream = in.readInt();
        Frame frame =
            new Frame(foundType, flags, foundStream, ByteString.copyFrom(in.readNBytes(length)));
        if (foundType == type && foundStream == stream) {
          return frame;
        }
      }
    }
  }

  /** 413, 415, 404, 405. */
  @ParameterizedTest
  @CsvSource({
    "PUT, /kv/early, text/plain, 104857600",
    "PUT, /kv/early, image/png, 1000000",
    "PUT, /nowhere, text/plain, 1000000",
    "POST, /kv/early, text/plain, 1000000"
  })
  void theRestOfAnUploadIsDeclinedAtOnce(String method, String path, String type, String length)
      throws Exception {
    try (RawHttp2 connection = way.open(SERVED.server(), WINDOW)) {
      connection.frame(
          RawHttp2.HEADERS,
          RawHttp2.END_HEADERS,
          A,
          RawHttp2.headers(method, path, Map.of("content-type", type, "content-length", length)));
      Frame.read(connection, A, RawHttp2.HEADERS);
      long answered = System.nanoTime();
      Frame reset = Frame.read(connection, A, RawHttp2.RST_STREAM);
      assertThat(reset.payload().toByteArray()).containsOnly(0); // NO_ERROR
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - answered)).isLessThan(300);
    }
  }

  /** Netty ends a connection for as many resets, when it counts them. */
  @Test
  void manyRefusedUploadsHurtNoOther() throws Exception {
    try (RawHttp2 connection = way.open(SERVED.server(), WINDOW)) {
      byte[] upload =
          RawHttp2.headers(
              "PUT", "/nowhere", Map.of("content-type", "text/plain", "content-length", "1000"));
      int stream = A;
      ByteArrayOutputStream next =
          new ByteArrayOutputStream(); // in one write, without waiting for an ACK
      for (int i = 0; i < 500; i++, stream += 2) {
        RawHttp2.frame(next, RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, upload);
        connection.out().write(next.toByteArray());
        next.reset();
        Frame.read(connection, stream, RawHttp2.RST_STREAM);
        byte[] forTheNextProblem = {0, 0, 4, 0};
        RawHttp2.frame(next, WINDOW_UPDATE, 0, 0, forTheNextProblem);
        RawHttp2.frame(next, RawHttp2.DATA, RawHttp2.END_STREAM, stream, new byte[1000]);
      }
      connection.out().write(next.toByteArray());
      way.call(connection, stream);
      Frame.read(connection, stream, RawHttp2.HEADERS);
    }
  }

  @ParameterizedTest
  @CsvSource({"GET, /ping", "HEAD, /ping", "PUT, /kv/early"})
  void anAnswerWithoutABodyNeedsNoWindow(String method, String path) throws Exception {
    try (RawHttp2 connection = way.open(SERVED.server(), 0)) {
      connection.frame(
          RawHttp2.HEADERS,
          RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
          A,
          RawHttp2.headers(method, path, Map.of("content-type", "text/plain")));
      Frame head = Frame.read(connection, A, RawHttp2.HEADERS);
      assertThat(head.flags() & RawHttp2.END_STREAM).isNotZero();
    }
  }
}
