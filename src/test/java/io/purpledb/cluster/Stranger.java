package io.purpledb.cluster;

import io.purpledb.config.ClusterTls;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Somebody who has reached the port of an event bus, with a certificate if that is asked for. */
final class Stranger implements AutoCloseable {

  private static final int NO_ANSWER_MILLIS = 8_000;

  private final Socket socket;

  Stranger(int port, @Nullable ClusterTls tls) throws Exception {
    Socket raw = new Socket(InetAddress.getLoopbackAddress(), port);
    if (tls == null) {
      socket = raw;
    } else {
      SSLSocket shaken =
          (SSLSocket) context(tls).getSocketFactory().createSocket(raw, "localhost", port, true);
      shaken.startHandshake();
      socket = shaken;
    }
    socket.setTcpNoDelay(true);
  }

  private static SSLContext context(ClusterTls tls) throws Exception {
    Certificate certificate;
    try (var in = Files.newInputStream(tls.certificate())) {
      certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
    String pem = Files.readString(tls.key()).replaceAll("-----.*-----|\\s", "");
    PrivateKey key =
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("key", key, new char[0], new Certificate[] {certificate});
    store.setCertificateEntry("authority", certificate);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Sends until the other side has closed; at most as many bytes, which are answered. */
  long sendUntilClosed(byte[] part, long max) {
    long sent = 0;
    try {
      while (sent < max) {
        send(part);
        sent += part.length;
      }
    } catch (IOException e) {
      // it is closed
    }
    return sent;
  }

  /** Whether the other side closes within some seconds, whatever it says before. */
  boolean isClosed() throws IOException {
    return isClosed(NO_ANSWER_MILLIS);
  }

  boolean isClosed(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // a reset
    }
  }

  /** The answer to a ping. */
  int read() throws IOException {
    socket.setSoTimeout(NO_ANSWER_MILLIS);
    return socket.getInputStream().read();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A message with its length before it. */
  static byte[] framed(byte[] message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(message.length);
    out.write(message);
    return bytes.toByteArray();
  }

  /**
   * A message of the event bus, as Vert.x writes it.
   *
   * @param body with its length, if its codec has one
   */
  static byte[] message(int version, int codec, String address, byte[] headers, byte[] body)
      throws IOException {
    return message(version, codec, new byte[0], address, headers, body);
  }

  /** The same with a codec that has a name. */
  static byte[] message(String codec, String address, byte[] body) throws IOException {
    byte[] utf8 = codec.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    name.write(ints(utf8.length));
    name.write(utf8);
    return message(2, -1, name.toByteArray(), address, ints(4), body);
  }

  private static byte[] message(
      int version, int codec, byte[] name, String address, byte[] headers, byte[] body)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(version);
    out.writeByte(codec);
    out.write(name);
    out.writeByte(0); // send
    for (String text : List.of(address, "", "a stranger")) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      out.writeInt(utf8.length);
      out.write(utf8);
    }
    out.write(headers);
    out.write(body);
    return bytes.toByteArray();
  }

  static byte[] ints(int... values) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (int value : values) {
      out.writeInt(value);
    }
    return bytes.toByteArray();
  }

  /** A message that is answered with one byte. */
  static byte[] ping() throws IOException {
    return framed(message(2, 1, "__vertx_ping", ints(4), new byte[0]));
  }
}
