package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Takes what Purple and its libraries log during a test; nobody else gets it. */
final class LogLines extends Handler {

  private static final long ARRIVAL_SECONDS = 10;

  private final Logger root = Logger.getLogger("");
  private final List<Handler> others = List.of(root.getHandlers());
  private final List<String> lines = new ArrayList<>();

  LogLines() {
    others.forEach(root::removeHandler);
    root.addHandler(this);
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** Waits until there are as many lines. */
  synchronized void await(int count) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ARRIVAL_SECONDS);
    try {
      while (lines.size() < count && System.nanoTime() < deadline) {
        wait(TimeUnit.SECONDS.toMillis(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    assertThat(lines).hasSizeGreaterThanOrEqualTo(count);
  }

  @Override
  public synchronized void publish(LogRecord logged) {
    lines.add(logged.getLevel() + ": " + logged.getMessage());
    notifyAll();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    root.removeHandler(this);
    others.forEach(root::addHandler);
  }
}
