package io.purpledb.backend.replicated;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.backend.replicated.files.LogInPlace;
import io.purpledb.backend.replicated.files.LogSurvey;
import io.purpledb.backend.replicated.files.Stored;
import io.purpledb.backend.replicated.raft.DamageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files beside those of a member's log whose names only look like theirs. */
@Timeout(60)
final class StrayFilesTest {

  private static final byte[] HEADER = "RaftLog1".getBytes(US_ASCII);

  private final Path directory;
  private final LogInPlace log;

  StrayFilesTest(@TempDir Path directory) {
    this.directory = directory;
    this.log = new LogInPlace(directory, 1 << 20, i -> TermIndex.valueOf(1, i));
  }

  private Path file(String name) throws Exception {
    return Files.write(directory.resolve(name), HEADER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "log_inprogress_x",
        "log_inprogress_",
        "log_inprogress_0.copy",
        "log_inprogress_99999999999999999999",
        "log_0-x",
        "log_0-1.copy"
      })
  void doNotHideWhatHappensToTheLog(String stray) throws Exception {
    Path open = file("log_inprogress_0");
    file(stray);
    log.check();
    Path other = file("other");
    Files.move(other, open, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(log::check)
        .isInstanceOf(DamageException.class)
        .hasMessageContaining("replaced under the running server");
  }

  /** Ratis gives a file another name when it is full. */
  @ParameterizedTest
  @ValueSource(strings = {"log_0-1.copy", "log_0-", "log_0-99999999999999999999"})
  void areNotTakenForTheLogWithItsNextName(String stray) throws Exception {
    Path open = file("log_inprogress_0");
    file(stray);
    log.check();
    Files.delete(open);
    log.check(); // it may be about to get another name
    assertThatThrownBy(log::check)
        .isInstanceOf(DamageException.class)
        .hasMessageContaining("removed under the running server");
  }

  @Test
  void areNoSnapshots() throws Exception {
    file("snapshot.1_99999999999999999999");
    file("snapshot.x_1");
    Path snapshot = file("snapshot.1_7");
    assertThat(Stored.latestSnapshot(directory)).contains(snapshot);
  }

  @Test
  void withSnapshotNumbersThatNoRecordHasAreNamed() throws Exception {
    String stray = "snapshot.1_99999999999999999999";
    Files.createDirectories(directory.resolve("current"));
    file(Files.createDirectories(directory.resolve("sm")).resolve(stray).toString());
    try (Stored stored = new Stored(directory, Set.of("a"))) {
      assertThatThrownBy(stored::checkLocked)
          .isInstanceOf(DamageException.class)
          .hasMessageContaining(stray);
    }
  }

  /** Ratis itself would end with an exception that says nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"log_inprogress_99999999999999999999", "log_0-99999999999999999999"})
  void withNumbersThatNoRecordHasAreNamed(String stray) throws Exception {
    file(stray);
    LogSurvey survey = new LogSurvey(directory, Set.of("a"), 1 << 20);
    assertThatThrownBy(() -> survey.look(-1, -1))
        .isInstanceOf(DamageException.class)
        .hasMessageContaining(stray);
  }
}
