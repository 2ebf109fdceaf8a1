package io.purpledb.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Time goes on by elapsed time, whatever happens to the system's clock. */
class SteadyClockTest {

  private static final Instant START = Instant.parse("2026-03-01T10:00:00.000900Z");
  private static final Logger LOG = Logger.getLogger(SteadyClock.class.getName());

  private final AtomicReference<Instant> wall = new AtomicReference<>(START);
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10); // it may overflow
  private final SteadyClock clock = new SteadyClock(wall::get, nanos::get);
  private final List<String> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          logged.add(line.getLevel() + " " + line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
    LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void restore() {
    LOG.removeHandler(handler);
    LOG.setUseParentHandlers(true);
  }

  @Test
  void theSystemsClockSetBackChangesNothing() {
    pass(Duration.ofSeconds(1));
    set(Duration.ofHours(-1));

    assertThat(clock.instant()).isEqualTo(START.plusSeconds(1));
    assertThat(clock.millis()).isEqualTo(START.plusSeconds(1).toEpochMilli());
  }

  @Test
  void theSystemsClockSetForwardChangesNothing() {
    set(Duration.ofDays(365));

    assertThat(clock.instant()).isEqualTo(START);
  }

  @Test
  void millisecondsAndInstantsAreTheSameTime() {
    for (int i = 0; i < 100; i++) {
      pass(Duration.ofNanos(77_777));
      assertThat(clock.millis()).isEqualTo(clock.instant().toEpochMilli());
    }
  }

  @Test
  void aJumpIsToldWhileItLastsAndLoggedOnce() {
    assertThat(clock.notice()).isNull();
    set(Duration.ofHours(-1));

    assertThat(clock.notice()).startsWith("clock: ").contains("PT1H behind elapsed time");
    pass(Duration.ofMinutes(10));
    assertThat(clock.notice()).contains("PT1H behind");
    assertThat(logged).hasSize(1).first().asString().startsWith("WARNING clock: ");

    set(Duration.ofHours(1));
    assertThat(clock.notice()).isNull();
    assertThat(logged).hasSize(2).last().asString().startsWith("INFO clock: ").contains("again");
  }

  @Test
  void asManyJumpsAsManyLines() {
    set(Duration.ofSeconds(6));
    assertThat(clock.notice()).contains("PT6S ahead of");
    set(Duration.ofSeconds(60));
    assertThat(clock.notice()).contains("PT1M6S ahead of");
    assertThat(logged).hasSize(2);
  }

  @Test
  void smallDifferencesAreNoNews() {
    set(Duration.ofMillis(-SteadyClock.BOUND_MILLIS));

    assertThat(clock.notice()).isNull();
    assertThat(clock.wallAheadMillis()).isEqualTo(-SteadyClock.BOUND_MILLIS);
    assertThat(logged).isEmpty();
  }

  /** Time passes on both clocks. */
  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    set(time);
  }

  /** Somebody sets the system's clock. */
  private void set(Duration by) {
    wall.updateAndGet(now -> now.plus(by));
  }
}
