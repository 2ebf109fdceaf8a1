package io.purpledb.cluster;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Hands out connections whose TLS handshake is done. JGroups accepts and shakes hands on one
 * thread, where a few silent connections keep all members out; here each handshake has a thread of
 * its own, for a bounded time, and of a bounded number.
 */
final class ShakenServerSocket extends ServerSocket {

  /** The other side is a member on a network; who needs longer connects again. */
  private static final int HANDSHAKE_MILLIS = 3_000;

  private static final int HANDSHAKES = 64;

  private final SSLContext tls;
  private final BlockingQueue<Socket> shaken = new LinkedBlockingQueue<>();
  private final Semaphore free = new Semaphore(HANDSHAKES);

  /** What {@link #accept} takes when no more come. */
  private final Socket end = new Socket();

  /** Not bound yet. */
  ShakenServerSocket(SSLContext tls) throws IOException {
    this.tls = tls;
  }

  @Override
  public void bind(SocketAddress address, int backlog) throws IOException {
    super.bind(address, backlog);
    start("purple-tls-accept", this::acceptAll);
  }

  @Override
  public Socket accept() throws IOException {
    try {
      Socket next = shaken.take();
      if (next == end) {
        shaken.add(end);
        throw new SocketException("closed");
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SocketException("interrupted");
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    shaken.add(end);
  }

  private void acceptAll() {
    while (!isClosed()) {
      try {
        Socket raw = super.accept();
        if (free.tryAcquire()) {
          start("purple-tls-handshake", () -> shake(raw));
        } else {
          raw.close(); // rather than let a member wait behind strangers
        }
      } catch (IOException e) {
        pause(); // closed, or no descriptor is left
      }
    }
  }

  private void shake(Socket raw) {
    try {
      raw.setSoTimeout(HANDSHAKE_MILLIS);
      SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(raw, null, true);
      socket.setUseClientMode(false);
      socket.setNeedClientAuth(true);
      socket.startHandshake();
      socket.setSoTimeout(0);
      shaken.add(socket);
    } catch (IOException e) {
      close(raw);
    } finally {
      free.release();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is gone
    }
  }

  private static void pause() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }
}
