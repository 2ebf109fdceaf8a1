package io.purpledb.net;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * A warning that strangers can cause as often as they like: it is logged once in 10 s at most.
 * Thread-safe.
 */
public final class RareWarning {

  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Logger log;
  private long silentUntil = System.nanoTime();

  public RareWarning(Logger log) {
    this.log = log;
  }

  /**
   * Logs one line, or nothing.
   *
   * @param format as of {@link Logger#log(Level, String, Object...)}
   */
  public void tell(String format, Object... parameters) {
    if (due()) {
      log.log(Level.WARNING, format, parameters);
    }
  }

  private synchronized boolean due() {
    long now = System.nanoTime();
    if (now - silentUntil < 0) {
      return false;
    }
    silentUntil = now + SILENCE_NANOS;
    return true;
  }
}
