package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.linearizability.Verdict;
import io.purpledb.linearizability.Verdict.Outcome;
import java.time.Duration;
import java.util.List;

/** Checks what was recorded. */
final class Histories {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Histories() {}

  /** Every subject answered as one object would; fails with the place where it did not. */
  static void areLinearizable(List<Subject<?>> subjects) {
    assertThat(subjects)
        .allSatisfy(
            subject -> {
              Verdict verdict = subject.check(LIMIT);
              assertThat(verdict.outcome())
                  .as("%s: %s", subject, verdict.text())
                  .isEqualTo(Outcome.LINEARIZABLE);
              assertThat(subject.calls()).as("calls of %s", subject).hasSizeGreaterThan(20);
            });
  }
}
