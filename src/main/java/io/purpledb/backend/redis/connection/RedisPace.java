package io.purpledb.backend.redis.connection;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The pauses between attempts to connect: each up to twice as long as the one before, by chance, so
 * that links spread out. A connection begins anew; one that follows a wrong one only when it has
 * lasted.
 */
final class RedisPace {

  private static final long FIRST_MILLIS = 50;
  private static final long LONGEST_MILLIS = 2000;

  private long pauseMillis = FIRST_MILLIS;
  private long trustedNanos = System.nanoTime();
  private long dueNanos = trustedNanos;

  /** Answers how long to wait now. */
  long next() {
    long half = pauseMillis / 2;
    long pause = half + ThreadLocalRandom.current().nextLong(half);
    pauseMillis = Math.min(2 * pauseMillis, LONGEST_MILLIS);
    dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause + FIRST_MILLIS);
    return pause;
  }

  /** Whether the next attempt should have begun: its timer may not have been started. */
  boolean isOverdue(long now) {
    return now - dueNanos >= 0;
  }

  /** A connection led to the wrong server. */
  void wrong() {
    trustedNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_MILLIS);
  }

  /** There is a connection. */
  void connected() {
    if (System.nanoTime() - trustedNanos >= 0) {
      pauseMillis = FIRST_MILLIS;
    }
  }
}
