package io.purpledb.support;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

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
  private static final int INITIAL_WINDOW_SIZE = 4;

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
    out.write(PREFACE.getBytes(US_ASCII));
    ByteArrayOutputStream settings = new ByteArrayOutputStream();
    DataOutputStream setting = new DataOutputStream(settings);
    setting.writeShort(INITIAL_WINDOW_SIZE);
    setting.writeInt(windowBytes);
    return frame(SETTINGS, 0, 0, settings.toByteArray());
  }

  /** Sends a frame. */
  public RawHttp2 frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
    return this;
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
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    literal(block, ":method", "POST");
    literal(block, ":scheme", "http");
    literal(block, ":path", path);
    literal(block, ":authority", "localhost");
    literal(block, "content-type", "application/grpc");
    literal(block, "te", "trailers");
    return block.toByteArray();
  }

  private static void literal(ByteArrayOutputStream block, String name, String value)
      throws IOException {
    block.write(0); // never indexed by this peer, no Huffman code
    block.write(name.length());
    block.write(name.getBytes(US_ASCII));
    block.write(value.length()); // shorter than 127
    block.write(value.getBytes(US_ASCII));
  }

  /** Sends anything, in the place of a preface or of frames. */
  public RawHttp2 raw(String bytes) throws IOException {
    out.write(bytes.getBytes(US_ASCII));
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
