package io.purpledb.cluster.membership;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Hands out connections whose TLS handshake is done. */
public final class ShakenServerSocket extends PreparedServerSocket {

  /** The other side is a member on a network; who needs longer for a part connects again. */
  private static final int PART_MILLIS = 3_000;

  private final SSLContext tls;

  /** Not bound yet. */
  public ShakenServerSocket(SSLContext tls) throws IOException {
    this.tls = tls;
  }

  @Override
  Socket unconnected() {
    return new Socket();
  }

  @Override
  Socket prepare(Socket accepted) throws IOException {
    accepted.setSoTimeout(PART_MILLIS);
    SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(accepted, null, true);
    socket.setUseClientMode(false);
    socket.setNeedClientAuth(true);
    socket.startHandshake();
    socket.setSoTimeout(0);
    return socket;
  }
}
