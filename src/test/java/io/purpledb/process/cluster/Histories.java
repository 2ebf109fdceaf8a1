package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.linearizability.RecordedCall;
import io.purpledb.linearizability.Verdict;
import io.purpledb.linearizability.Verdict.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
                  .as(() -> "%s: %s%n%s".formatted(subject, verdict.text(), record(subject)))
                  .isEqualTo(Outcome.LINEARIZABLE);
              assertThat(subject.calls()).as("calls of %s", subject).hasSizeGreaterThan(20);
            });
  }

  /** Keeps the calls of a subject in a file, to look at what happened. */
  private static String record(Subject<?> subject) {
    Path file = Path.of("target", "histories", subject + ".txt").toAbsolutePath();
    try {
      Files.createDirectories(file.getParent());
      return "all calls: "
          + Files.write(file, subject.calls().stream().map(RecordedCall::toString).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
