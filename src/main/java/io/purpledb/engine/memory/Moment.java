package io.purpledb.engine.memory;

import java.time.InstantSource;

/** The time of one step, which is asked for when it first matters, and then stays. */
final class Moment {

  private final InstantSource clock;
  private long millis;
  private boolean known;

  Moment(InstantSource clock) {
    this.clock = clock;
  }

  /** In milliseconds since 1970. */
  long millis() {
    if (!known) {
      millis = clock.millis();
      known = true;
    }
    return millis;
  }
}
