package io.purpledb.support.time;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is advanced. */
public final class FakeClock implements TimeMachine, InstantSource {

  private final AtomicLong millis =
      new AtomicLong(Instant.parse("2000-01-01T00:00:00Z").toEpochMilli());

  @Override
  public InstantSource clock() {
    return this;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }

  @Override
  public void advance(long by) {
    millis.addAndGet(by);
  }

  @Override
  public long graceMillis() {
    return 1;
  }
}
