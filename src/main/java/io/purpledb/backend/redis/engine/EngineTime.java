package io.purpledb.backend.redis.engine;

import java.time.InstantSource;

/** The time by which entries expire. */
interface EngineTime {

  /** What a script is told: milliseconds since 1970, or nothing when it asks its server. */
  String argument();

  /** The latest that it may be, in milliseconds since 1970; the largest number if unknown. */
  long latestMillis();

  /** That of a clock. */
  static EngineTime of(InstantSource clock) {
    return new EngineTime() {
      @Override
      public String argument() {
        return Long.toString(clock.millis());
      }

      @Override
      public long latestMillis() {
        return clock.millis();
      }
    };
  }
}
