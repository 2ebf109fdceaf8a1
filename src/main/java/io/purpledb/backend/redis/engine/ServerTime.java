package io.purpledb.backend.redis.engine;

import java.util.concurrent.TimeUnit;

/**
 * The time of the Redis server, which all who use it share. A script asks for it. Who has read an
 * entry needs to know only whether it was surely alive: for that a time told before is enough, and
 * how long ago it was asked for. It is asked for again after a second; so a clock that is set
 * forward is heard of within that.
 */
final class ServerTime implements EngineTime {

  private static final long KNOWN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The part of a millisecond that is not told, and what clocks differ by in a second. */
  private static final long GRACE_MILLIS = 2;

  private volatile Told told = new Told(System.nanoTime() - KNOWN_NANOS, 0);

  /**
   * What the server said.
   *
   * @param askedNanos when it was asked, or before
   */
  private record Told(long askedNanos, long millis) {}

  /** The server has told its time. */
  void told(long askedNanos, long millis) {
    told = new Told(askedNanos, millis);
  }

  /** Whether it is to be asked for anew. */
  boolean isOld() {
    return System.nanoTime() - told.askedNanos >= KNOWN_NANOS;
  }

  @Override
  public String argument() {
    return "";
  }

  @Override
  public long latestMillis() {
    Told last = told;
    long nanos = System.nanoTime() - last.askedNanos;
    return nanos >= KNOWN_NANOS
        ? Long.MAX_VALUE
        : last.millis + TimeUnit.NANOSECONDS.toMillis(nanos) + GRACE_MILLIS;
  }
}
