package io.purpledb.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.purpledb.support.RawHttp2;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A connection of HTTP/2, request by request, that reads each answer by its stream. */
final class Http2Client implements AutoCloseable {

  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int WINDOW = 65_535;
  private static final int MAX_FRAME_BYTES = 16 << 10;
  private static final int PRIORITY = 0x20;
  private static final int PRIORITY_BYTES = 5;

  final RawHttp2 raw;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final Map<Integer, Stream> streams = new HashMap<>();
  private final Map<Integer, Integer> controlFrames = new HashMap<>();

  /** What has come of one stream. */
  static final class Stream {
    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int interim;
    private boolean ended;
    private int reset = -1;

    /** How many answers with 100 came first. */
    int interim() {
      return interim;
    }

    boolean hasEnded() {
      return ended;
    }
  }

  Http2Client(RawHttp2 raw) {
    this.raw = raw;
  }

  static Http2Client open(int port) throws IOException {
    return new Http2Client(new RawHttp2(port).open(WINDOW));
  }

  /** By an upgrade: stream 1 is the answer to it. */
  static Http2Client upgrade(int port, String method, String path) throws IOException {
    return new Http2Client(new RawHttp2(port).upgrade(method, path, WINDOW));
  }

  /** A header block of names and values in turn, and nothing else. */
  static byte[] block(String... fields) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      RawHttp2.literal(block, fields[i], fields[i + 1]);
    }
    return block.toByteArray();
  }

  /** A header block of a request to localhost. */
  static byte[] request(String method, String path, String... fields) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(
        block(":method", method, ":scheme", "http", ":path", path, ":authority", "localhost"));
    block.write(block(fields));
    return block.toByteArray();
  }

  /** Sends a request without a body. */
  Http2Client whole(int stream, byte[] block) throws IOException {
    return headers(stream, block, RawHttp2.END_STREAM);
  }

  private Http2Client headers(int stream, byte[] block, int flags) throws IOException {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    int at = 0;
    do {
      int end = Math.min(block.length, at + MAX_FRAME_BYTES);
      RawHttp2.frame(
          frames,
          at == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
          (at == 0 ? flags : 0) | (end == block.length ? RawHttp2.END_HEADERS : 0),
          stream,
          Arrays.copyOfRange(block, at, end));
      at = end;
    } while (at < block.length);
    raw.out().write(frames.toByteArray());
    return this;
  }

  /** Sends the headers of a request with a body. */
  Http2Client begin(int stream, byte[] block) throws IOException {
    return headers(stream, block, 0);
  }

  Http2Client data(int stream, int bytes, boolean end) throws IOException {
    raw.frame(RawHttp2.DATA, end ? RawHttp2.END_STREAM : 0, stream, new byte[bytes]);
    return this;
  }

  Http2Client reset(int stream) throws IOException {
    int cancel = 8;
    raw.frame(RawHttp2.RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(cancel).array());
    return this;
  }

  /** Reads until a stream has its whole answer. */
  Reply reply(int stream) throws IOException {
    while (!of(stream).ended) {
      assertThat(of(stream).reset).as("reset of stream %d", stream).isEqualTo(-1);
      read();
    }
    Stream all = of(stream);
    return new Reply(
        Integer.parseInt(all.headers.get(":status")),
        all.headers,
        Buffer.buffer(all.body.toByteArray()));
  }

  /** Reads until a stream is reset, and answers why. */
  int awaitReset(int stream) throws IOException {
    while (of(stream).reset < 0) {
      read();
    }
    return of(stream).reset;
  }

  /** Reads until a frame of the connection has come. */
  void awaitControl(int type) throws IOException {
    while (!controlFrames.containsKey(type)) {
      read();
    }
  }

  void awaitControls(int type, int count) throws IOException {
    while (controls(type) < count) {
      read();
    }
  }

  /** How many frames of a type and flags have come on the connection. */
  int controls(int type) {
    return controlFrames.getOrDefault(type, 0);
  }

  Stream of(int stream) {
    return streams.computeIfAbsent(stream, first -> new Stream());
  }

  private void read() throws IOException {
    DataInputStream in = new DataInputStream(raw.in());
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int number = in.readInt();
    byte[] payload = in.readNBytes(length);
    if (number == 0) {
      controlFrames.merge(type, 1, Integer::sum);
      return;
    }
    Stream stream = of(number);
    switch (type) {
      case RawHttp2.HEADERS ->
          readHeaders(number, stream, payload, (flags & PRIORITY) == 0 ? 0 : PRIORITY_BYTES);
      case RawHttp2.DATA -> stream.body.write(payload);
      case RawHttp2.RST_STREAM -> stream.reset = ByteBuffer.wrap(payload).getInt();
      default -> assertThat(type).isEqualTo(WINDOW_UPDATE);
    }
    stream.ended |= type <= RawHttp2.HEADERS && (flags & RawHttp2.END_STREAM) != 0;
  }

  private void readHeaders(int number, Stream stream, byte[] payload, int at) throws IOException {
    try {
      Http2Headers headers =
          decoder.decodeHeaders(number, Unpooled.wrappedBuffer(payload, at, payload.length - at));
      if ("100".contentEquals(headers.status())) {
        stream.interim++;
      } else {
        headers.forEach(field -> stream.headers.add(field.getKey(), field.getValue()));
      }
    } catch (io.netty.handler.codec.http2.Http2Exception e) {
      throw new IOException(new String(payload, ISO_8859_1), e);
    }
  }

  @Override
  public void close() throws IOException {
    raw.close();
  }
}
