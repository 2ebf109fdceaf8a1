package io.purpledb.cluster.membership;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Hands out connections from which JGroups can read at once who is there. It accepts, shakes hands
 * and reads that on one thread, where a few silent connections keep all members out; here each has
 * a thread of its own, for a bounded time. Their number is bounded, too: the one that has been
 * waited for longest gives way, as a member needs some milliseconds.
 */
abstract class PreparedServerSocket extends ServerSocket {

  private static final int WAITED_FOR = 64;
  private static final int PAUSE_MILLIS = 10;

  private final BlockingQueue<Socket> prepared = new LinkedBlockingQueue<>();
  private final Deque<Socket> waitedFor = new ArrayDeque<>();

  /** What {@link #accept} takes when no more come. */
  private final Socket end = new Socket();

  /** Not bound yet. */
  PreparedServerSocket() throws IOException {}

  /** The socket of a connection that {@link #implAccept} is to make; nobody is there yet. */
  abstract Socket unconnected();

  /** Waits for what the other side has to say first; that takes a bounded time. */
  abstract Socket prepare(Socket accepted) throws IOException;

  @Override
  public void bind(SocketAddress address, int backlog) throws IOException {
    super.bind(address, backlog);
    start("purple-members-accept", this::acceptAll);
  }

  @Override
  public Socket accept() throws IOException {
    try {
      Socket next = prepared.take();
      if (next == end) {
        prepared.add(end);
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
    prepared.add(end);
  }

  private void acceptAll() {
    while (!isClosed()) {
      try {
        Socket accepted = unconnected();
        implAccept(accepted);
        close(waitFor(accepted));
        start("purple-members-greet", () -> prepareAndHandOut(accepted));
      } catch (IOException e) {
        pause(); // closed, or no descriptor is left
      }
    }
  }

  /** Answers the connection that is given up for it, if there is one. */
  private synchronized @Nullable Socket waitFor(Socket accepted) {
    waitedFor.add(accepted);
    return waitedFor.size() > WAITED_FOR ? waitedFor.poll() : null;
  }

  private synchronized void waitNoMore(Socket accepted) {
    waitedFor.remove(accepted);
  }

  private void prepareAndHandOut(Socket accepted) {
    try {
      prepared.add(prepare(accepted));
    } catch (IOException e) {
      close(accepted);
    } finally {
      waitNoMore(accepted);
    }
  }

  private static void close(@Nullable Socket socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      // it is gone
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
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
