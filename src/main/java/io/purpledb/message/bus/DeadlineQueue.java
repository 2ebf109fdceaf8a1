package io.purpledb.message.bus;

import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What waits on one event loop, each for the same time, oldest first. So one timer, for the oldest,
 * ends those that are late: a list to link into and out of, where a timer each would be a place in
 * a heap, and a map would hash what nearly always leaves at once. Used on its event loop only.
 */
public final class DeadlineQueue {

  private static final Logger LOG = System.getLogger(DeadlineQueue.class.getName());

  private final Vertx vertx;
  private final long timeoutMillis;
  private @Nullable Waiter oldest;
  private @Nullable Waiter youngest;
  private boolean timing;

  /** Something that waits, in one list at most. */
  public abstract static class Waiter {

    /** In terms of {@link System#nanoTime}. */
    private long deadline;

    private boolean waiting;
    private @Nullable Waiter earlier;
    private @Nullable Waiter later;

    /** Its time is over; it waits no more. */
    protected abstract void late();
  }

  public DeadlineQueue(Vertx vertx, long timeoutMillis) {
    this.vertx = vertx;
    this.timeoutMillis = timeoutMillis;
  }

  public long timeoutMillis() {
    return timeoutMillis;
  }

  /**
   * Ends an entry as late unless it is removed before its time is over. When this throws, as it may
   * when memory runs out, the entry does not wait.
   */
  public void add(Waiter entry) {
    long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    if (!timing) {
      startTimer(timeoutNanos);
    }
    entry.deadline = System.nanoTime() + timeoutNanos;
    entry.waiting = true;
    entry.earlier = youngest;
    if (youngest == null) {
      oldest = entry;
    } else {
      youngest.later = entry;
    }
    youngest = entry;
  }

  /** Answers whether it was still waiting. */
  public boolean remove(Waiter entry) {
    if (!entry.waiting) {
      return false;
    }
    if (entry.earlier == null) {
      oldest = entry.later;
    } else {
      entry.earlier.later = entry.later;
    }
    if (entry.later == null) {
      youngest = entry.earlier;
    } else {
      entry.later.earlier = entry.earlier;
    }
    entry.earlier = null;
    entry.later = null;
    entry.waiting = false;
    return true;
  }

  private void startTimer(long nanos) {
    vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos) + 1), timer -> endLate());
    timing = true;
  }

  private void endLate() {
    timing = false;
    long now = System.nanoTime();
    for (Waiter entry = oldest; entry != null && entry.deadline - now <= 0; entry = oldest) {
      remove(entry);
      try {
        entry.late();
      } catch (Throwable t) { // the next are late as well
        LOG.log(Level.ERROR, "a request that was late was not ended", t);
      }
    }
    if (oldest != null && !timing) { // one that was late may have added another
      startTimer(oldest.deadline - now);
    }
  }
}
