package io.purpledb.engine.support;

import java.time.InstantSource;

/** The time of one step, which is asked for when it first matters, and then stays. */
public final class Moment {

  private final InstantSource clock;
  private long millis;
  private boolean known;

  public Moment(InstantSource clock) {
    this.clock = clock;
  }

  /** In milliseconds since 1970. */
  public long millis() {
    if (!known) {
      millis = clock.millis();
      known = true;
    }
    return millis;
  }
}
