package io.purpledb.backend.replicated;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what a start has opened, the last first, unless the start succeeds. */
final class Undo implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Undo.class.getName());

  /** Ratis waits for its threads for a day, and the failure of the start is to be told. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Deque<Closeable> opened = new ArrayDeque<>();

  <T extends Closeable> T add(T resource) {
    opened.push(resource);
    return resource;
  }

  /** The start has succeeded. */
  void forget() {
    opened.clear();
  }

  @Override
  public void close() {
    if (opened.isEmpty()) {
      return;
    }
    Thread thread = new Thread(() -> opened.forEach(Undo::close), "purple-undo");
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(Closeable resource) {
    try {
      resource.close();
    } catch (IOException | RuntimeException e) { // what the start failed with is told
      LOG.log(Level.DEBUG, "not closed after a failed start", e);
    }
  }
}
