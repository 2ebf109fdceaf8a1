package io.purpledb.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;

/** An HTTP/2 connection frame by frame, to do what no client would. */
public final class RawHttp2 implements AutoCloseable {

  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  public static final int INITIAL_WINDOW_SIZE = 4;

  private final Socket socket;
  private final DataOutputStream out;

  /** Connects and sends nothing. */
  public RawHttp2(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(30_000);
    out = new DataOutputStream(socket.getOutputStream());
  }

  /** Begins the connection, and gives the server a window for each answer. */
  public RawHttp2 open(int windowBytes) throws IOException {
    return open(setting(INITIAL_WINDOW_SIZE, windowBytes));
  }

  /** Begins the connection with any settings. */
  public RawHttp2 open(byte[] settings) throws IOException {
    out.write(PREFACE.getBytes(US_ASCII));
    return frame(SETTINGS, 0, 0, settings);
  }

  /**
   * Begins the connection with a request of HTTP/1.1, whose answer is that of stream 1, and changes
   * it to HTTP/2.
   */
  public RawHttp2 upgrade(String method, String path, int windowBytes) throws IOException {
    raw(upgradeRequest(method, path, setting(INITIAL_WINDOW_SIZE, windowBytes)));
    awaitSwitch();
    return open(windowBytes);
  }

  /** A request of HTTP/1.1 that asks for HTTP/2. */
  public static String upgradeRequest(String method, String path, byte[] settings) {
    return "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            .formatted(method, path)
        + "Upgrade: h2c\r\nHTTP2-Settings: %s\r\n\r\n"
            .formatted(Base64.getUrlEncoder().withoutPadding().encodeToString(settings));
  }

  /** Reads that the server changes to HTTP/2. */
  public void awaitSwitch() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in().read();
      if (next < 0) {
        throw new EOFException("closed after: " + head);
      }
      head.append((char) next);
    }
    if (head.indexOf("HTTP/1.1 101 ") != 0) {
      throw new AssertionError("answered: " + head);
    }
  }

  /** The payload of a frame of settings, with one of them. */
  public static byte[] setting(int id, int value) {
    return ByteBuffer.allocate(6).putShort((short) id).putInt(value).array();
  }

  /** Sends a frame. */
  public RawHttp2 frame(int type, int flags, int stream, byte[] payload) throws IOException {
    frame(out, type, flags, stream, payload);
    return this;
  }

  /** Writes a frame, to be sent with others in one go. */
  public static void frame(OutputStream to, int type, int flags, int stream, byte[] payload)
      throws IOException {
    DataOutputStream out = new DataOutputStream(to);
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  /** Sends a whole gRPC call. */
  public RawHttp2 call(int stream, String path, byte[] message) throws IOException {
    frame(HEADERS, END_HEADERS, stream, headers(path));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream framed = new DataOutputStream(bytes);
    framed.writeByte(0);
    framed.writeInt(message.length);
    framed.write(message);
    return frame(DATA, END_STREAM, stream, bytes.toByteArray());
  }

  /** The header block of a call. */
  public static byte[] headers(String path) throws IOException {
    return headers("POST", path, Map.of("content-type", "application/grpc"));
  }

  /** The header block of something like a call. */
  public static byte[] headers(String method, String path, Map<String, String> more)
      throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    literal(block, ":method", method);
    literal(block, ":scheme", "http");
    literal(block, ":path", path);
    literal(block, ":authority", "localhost");
    for (Map.Entry<String, String> header : more.entrySet()) {
      literal(block, header.getKey(), header.getValue());
    }
    literal(block, "te", "trailers");
    return block.toByteArray();
  }

  /** Adds a field to a header block. */
  public static void literal(ByteArrayOutputStream block, String name, String value)
      throws IOException {
    block.write(0); // never indexed by this peer, no Huffman code
    string(block, name);
    string(block, value);
  }

  private static void string(ByteArrayOutputStream block, String text) throws IOException {
    int prefix = 127;
    int length = text.length();
    block.write(Math.min(length, prefix));
    if (length >= prefix) {
      int rest = length - prefix;
      for (; rest >= 128; rest >>= 7) {
        block.write((rest & 127) | 128);
      }
      block.write(rest);
    }
    block.write(text.getBytes(ISO_8859_1));
  }

  /** Sends anything, in the place of a preface or of frames. */
  public RawHttp2 raw(String bytes) throws IOException {
    out.write(bytes.getBytes(ISO_8859_1));
    return this;
  }

  /** Whether the server has ended the connection within a time. */
  public boolean isEndedWithin(int millis) throws IOException {
    long start = System.nanoTime();
    try {
      for (int left = millis; left > 0; left = millis - millisSince(start)) {
        socket.setSoTimeout(left);
        if (socket.getInputStream().read() < 0) {
          return true;
        }
      }
      return false;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  private static int millisSince(long nanos) {
    return (int) ((System.nanoTime() - nanos) / 1_000_000);
  }

  public OutputStream out() {
    return out;
  }

  public InputStream in() throws IOException {
    return socket.getInputStream();
  }

  /** Waits until the server ends the connection; fails after half a minute. */
  public void awaitEnd() throws IOException {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (SocketException reset) {
      return; // an end, too
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
