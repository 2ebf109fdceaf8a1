package io.purpledb.backend.disk.entries;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clock of what expires on disk: it does not go back behind the time that the database knows of
 * an earlier run, whatever was done to the system's clock in between, so that no entry lives longer
 * for that. Safe for use by many threads.
 */
public final class DiskClock implements InstantSource {

  private static final Logger LOG = System.getLogger(DiskClock.class.getName());

  /** Less is as usual between two starts. */
  private static final long BOUND_MILLIS = 5_000;

  private final InstantSource clock;
  private final AtomicLong aheadMillis = new AtomicLong();

  public DiskClock(InstantSource clock) {
    this.clock = clock;
  }

  /** Time goes on from there, if it is not later already. */
  public synchronized void notBefore(long millis) {
    long behind = millis - millis();
    if (behind <= 0) {
      return;
    }
    if (behind > BOUND_MILLIS) {
      LOG.log(
          Level.WARNING,
          "the system''s clock is {0} behind what the data on disk know of an earlier run;"
              + " its time goes on from there",
          Duration.ofMillis(behind));
    }
    aheadMillis.addAndGet(behind);
  }

  @Override
  public long millis() {
    return clock.millis() + aheadMillis.get();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }
}
