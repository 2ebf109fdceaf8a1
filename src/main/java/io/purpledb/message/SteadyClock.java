package io.purpledb.message;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A clock that is read once and goes on by elapsed time. Who sets the system's clock, by a second
 * or a year, forward or back, changes nothing for a deadline that was made by this one: an entry
 * with a time to live of a minute is there for a minute.
 *
 * <p>Two processes that started at different times agree as well as the system's clocks did at
 * their starts, and a process agrees with its own past only if the system's clock did not go back
 * while it was not running. Time that the machine slept counts where {@link System#nanoTime} counts
 * it: on Windows, not on Linux (CLOCK_MONOTONIC) and macOS. There this clock is late afterwards by
 * the length of the sleep, which {@link #notice} tells like any other jump.
 *
 * <p>Safe for use by many threads; never goes back.
 */
public final class SteadyClock implements InstantSource {

  /** A clock that NTP adjusts while this process runs stays well within it, in milliseconds. */
  static final long BOUND_MILLIS = 5_000;

  private static final Logger LOG = System.getLogger(SteadyClock.class.getName());

  private final InstantSource wall;
  private final LongSupplier nanoTime;
  private final Instant start;
  private final long startMillis;

  /** What the start has beyond its last whole millisecond. */
  private final long startRestNanos;

  private final long startNanos;

  /** The difference that was told last, in milliseconds; 0 when there was none. */
  private long toldMillis;

  /**
   * A clock that starts now.
   *
   * @param wall the system's clock: gives the time of the start, and is compared with afterwards
   * @param nanoTime elapsed time in nanoseconds from any origin, such as {@link System#nanoTime}
   */
  public SteadyClock(InstantSource wall, LongSupplier nanoTime) {
    this.wall = wall;
    this.nanoTime = nanoTime;
    this.start = wall.instant();
    this.startMillis = start.toEpochMilli();
    this.startRestNanos = Duration.between(Instant.ofEpochMilli(startMillis), start).toNanos();
    this.startNanos = nanoTime.getAsLong();
  }

  /** The clock of a process: the system's at its start, then elapsed time. */
  public static SteadyClock system() {
    return new SteadyClock(InstantSource.system(), System::nanoTime);
  }

  @Override
  public Instant instant() {
    return start.plusNanos(elapsedNanos());
  }

  @Override
  public long millis() {
    return startMillis + TimeUnit.NANOSECONDS.toMillis(startRestNanos + elapsedNanos());
  }

  /** How far the system's clock is ahead of this one, in milliseconds; negative when behind. */
  public long wallAheadMillis() {
    return wall.millis() - millis();
  }

  /**
   * What there is to say of the system's clock: null while it agrees with elapsed time to within
   * {@value #BOUND_MILLIS} ms. A new jump is logged, once, and so is its end; so this is to be
   * called from time to time.
   */
  public synchronized @Nullable String notice() {
    long ahead = wallAheadMillis();
    boolean jumped = Math.abs(ahead) > BOUND_MILLIS;
    String text = jumped ? describe(ahead) : null;
    if (Math.abs(ahead - toldMillis) > BOUND_MILLIS || (!jumped && toldMillis != 0)) {
      toldMillis = jumped ? ahead : 0;
      LOG.log(
          jumped ? Level.WARNING : Level.INFO,
          text == null ? "clock: the system's clock agrees with elapsed time again" : text);
    }
    return text;
  }

  private static String describe(long aheadMillis) {
    return "clock: the system's clock is %s %s elapsed time since the start (expected: within %d ms);"
            .formatted(
                Duration.ofMillis(Math.abs(aheadMillis)),
                aheadMillis > 0 ? "ahead of" : "behind",
                BOUND_MILLIS)
        + " it was set, or the machine slept; cache entries expire by elapsed time";
  }

  private long elapsedNanos() {
    return nanoTime.getAsLong() - startNanos;
  }
}
