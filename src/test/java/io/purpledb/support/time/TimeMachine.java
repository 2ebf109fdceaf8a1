package io.purpledb.support.time;

import java.time.InstantSource;

/** Moves time on, so that no test waits for it. */
public interface TimeMachine extends AutoCloseable {

  /** The clock for the server. */
  InstantSource clock();

  /** Moves time on for all cache entries. */
  void advance(long millis);

  /**
   * How close to a deadline a test can still see an entry alive, in milliseconds: 1 when time
   * stands still between advances, more when it runs on while the test does.
   */
  long graceMillis();

  @Override
  default void close() {}
}
