package io.purpledb.backend.replicated;

import io.purpledb.config.Member;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Connections between members that can be cut: what is sent over a cut one vanishes, in both
 * directions, and nobody is told. A cut one ends when it heals, as a lost one does.
 */
final class Network implements AutoCloseable {

  private record Way(Member from, Member to) {}

  private final Map<Way, ServerSocket> listeners = new ConcurrentHashMap<>();
  private final Map<Socket, Way> sockets = new ConcurrentHashMap<>();
  private final Set<Member> isolated = ConcurrentHashMap.newKeySet();
  private final Set<Way> unanswered = ConcurrentHashMap.newKeySet();

  String address(Member from, Member to) {
    ServerSocket listener = listeners.computeIfAbsent(new Way(from, to), this::listen);
    return "127.0.0.1:" + listener.getLocalPort();
  }

  void isolate(Member member) {
    isolated.add(member);
  }

  /** What a member answers to another is lost from now on, or not any more. */
  void loseAnswers(Member from, Member to, boolean lose) {
    if (lose) {
      unanswered.add(new Way(to, from));
    } else {
      unanswered.remove(new Way(to, from));
    }
  }

  void heal() {
    isolated.clear();
    sockets.forEach((socket, way) -> close(socket));
  }

  @Override
  public void close() {
    listeners.values().forEach(Network::close);
    sockets.keySet().forEach(Network::close);
  }

  private boolean isCut(Way way) {
    return isolated.contains(way.from()) || isolated.contains(way.to());
  }

  private ServerSocket listen(Way way) {
    try {
      ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      start(() -> accept(way, listener));
      return listener;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void accept(Way way, ServerSocket listener) {
    try {
      while (true) {
        Socket near = listener.accept();
        sockets.put(near, way);
        try {
          Socket far = new Socket(way.to().host(), way.to().replicationPort());
          sockets.put(far, way);
          start(() -> pump(near, far, () -> isCut(way)));
          start(() -> pump(far, near, () -> isCut(way) || unanswered.contains(way)));
        } catch (IOException e) {
          close(near);
        }
      }
    } catch (IOException e) {
      // closed: the test is over
    }
  }

  private void pump(Socket from, Socket to, BooleanSupplier lost) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (!lost.getAsBoolean()) {
          out.write(buffer, 0, n);
        }
      }
    } catch (IOException e) {
      // one side is gone, so the other goes
    } finally {
      close(from);
      close(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "network");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(java.io.Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
