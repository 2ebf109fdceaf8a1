package io.purpledb.server.http;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A TCP connection, to send what no HTTP client would. */
final class RawHttpClient implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;

  RawHttpClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends a text, a byte for each character. */
  RawHttpClient send(String latin1) throws IOException {
    socket.getOutputStream().write(latin1.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Says that nothing more will be sent. */
  void endOfInput() throws IOException {
    socket.shutdownOutput();
  }

  /** Reads all that comes until the server closes the connection. */
  String rest() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Whether the beginning of an answer is there. */
  boolean hasAnswer() throws IOException {
    return in.available() > 0;
  }

  /** Reads one answer; an answer without Content-Length has no body. */
  Reply reply() throws IOException {
    return reply(true);
  }

  /** Reads one answer to a HEAD, which has no body. */
  Reply head() throws IOException {
    return reply(false);
  }

  private Reply reply(boolean withBody) throws IOException {
    String statusLine = line();
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.add(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    String length = headers.get("content-length");
    byte[] body = in.readNBytes(withBody && length != null ? Integer.parseInt(length) : 0);
    return new Reply(Integer.parseInt(statusLine.substring(9, 12)), headers, Buffer.buffer(body));
  }

  /** Waits until the server closes the connection. */
  boolean isClosedByServer() throws IOException {
    return in.read() < 0;
  }

  /** Reads on until there is such a line. */
  void awaitLine(String expected) throws IOException {
    String line = line();
    while (!line.equals(expected)) {
      line = line();
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("closed after: " + line.toString(StandardCharsets.ISO_8859_1));
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
