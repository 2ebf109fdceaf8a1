package io.purpledb.message;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges of one caller that wait for their answer, oldest first. All have the same time, so
 * one timer, for the oldest, ends those that are late: a list to link into and out of, where a
 * timer each would be a place in a heap. Used on one event loop only.
 */
final class Pending {

  private final Vertx vertx;
  private final long timeoutNanos;
  private @Nullable Exchange oldest;
  private @Nullable Exchange youngest;
  private boolean timing;

  Pending(Vertx vertx, long timeoutMillis) {
    this.vertx = vertx;
    this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  /** Ends an exchange as timed out unless it is removed before its time is over. */
  void add(Exchange exchange) {
    exchange.deadline = System.nanoTime() + timeoutNanos;
    exchange.waiting = true;
    exchange.earlier = youngest;
    if (youngest == null) {
      oldest = exchange;
    } else {
      youngest.later = exchange;
    }
    youngest = exchange;
    if (!timing) {
      startTimer(timeoutNanos);
    }
  }

  /** Answers whether it was still waiting. */
  boolean remove(Exchange exchange) {
    if (!exchange.waiting) {
      return false;
    }
    if (exchange.earlier == null) {
      oldest = exchange.later;
    } else {
      exchange.earlier.later = exchange.later;
    }
    if (exchange.later == null) {
      youngest = exchange.earlier;
    } else {
      exchange.later.earlier = exchange.earlier;
    }
    exchange.earlier = null;
    exchange.later = null;
    exchange.waiting = false;
    return true;
  }

  private void startTimer(long nanos) {
    timing = true;
    vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos) + 1), timer -> endLate());
  }

  private void endLate() {
    timing = false;
    long now = System.nanoTime();
    while (oldest != null && oldest.deadline - now <= 0) {
      oldest.fail(new TimeoutException()); // which removes it
    }
    if (oldest != null) {
      startTimer(oldest.deadline - now);
    }
  }
}
