package io.purpledb.backend.disk.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.Mark;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change is found as it was, once, and none is missed. */
class RedoLogTest {

  private static final String SET = "SET ?";
  private static final String DELETE = "DELETE ?";

  private final Path directory;
  private final Path file;
  private ChangeNames names = ChangeNames.NONE;

  RedoLogTest(@TempDir Path directory) {
    this.directory = directory;
    file = directory.resolve("kv.redo");
  }

  private Mark mark() throws IOException {
    return Mark.read(FilePath.get(directory.resolve("kv.state").toString()), "kv");
  }

  private RedoLog open(Mark mark) throws IOException {
    return new RedoLog(
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
        mark,
        true,
        names);
  }

  /** Makes records of a change each, after a checkpoint. */
  private void write(long checkpoint, long... values) throws IOException, SQLException {
    Mark mark = mark();
    try (mark;
        RedoLog log = open(mark)) {
      log.replay(checkpoint, change -> {});
      if (mark.fresh()) {
        mark.begin();
        log.restart(0);
        mark.opened(log.lastNumber());
      }
      for (long value : values) {
        log.append(List.of(LoggedChange.of(SET, value)), false);
        log.makeDurable();
      }
    }
  }

  private List<LoggedChange> found(long checkpoint) throws IOException, SQLException {
    List<LoggedChange> found = new ArrayList<>();
    try (Mark mark = mark();
        RedoLog log = open(mark)) {
      log.replay(checkpoint, found::add);
    }
    return found;
  }

  private List<Object> values(long checkpoint) throws IOException, SQLException {
    return found(checkpoint).stream().map(change -> change.parameters().get(0)).toList();
  }

  @Test
  void parametersOfAllTypesAreKept() throws Exception {
    byte[] large = new byte[1 << 20];
    large[large.length - 1] = 7;
    LoggedChange change = LoggedChange.of(SET, large, new byte[0], Long.MIN_VALUE, true, false);
    write(0);
    try (Mark mark = mark();
        RedoLog log = open(mark)) {
      log.replay(0, none -> {});
      log.append(List.of(change, LoggedChange.of(DELETE), change), false);
      log.makeDurable();
    }
    List<LoggedChange> found = found(0);
    assertThat(found).extracting(LoggedChange::sql).containsExactly(SET, DELETE, SET);
    assertThat(found.get(1).parameters()).isEmpty();
    assertThat(found.get(2).parameters().toArray()).isEqualTo(change.parameters().toArray());
  }

  /** As when another release makes the same change by another statement. */
  @Test
  void aNameStandsForTheStatementOfWhoReadsIt() throws Exception {
    write(0, 1);
    names = new ChangeNames(Map.of("set", SET));
    write(0, 2);
    names = new ChangeNames(Map.of("set", "SET BETTER ?"));
    assertThat(found(0)).extracting(LoggedChange::sql).containsExactly(SET, "SET BETTER ?");
    assertThat(values(0)).containsExactly(1L, 2L);
  }

  @Test
  void aNameThatIsNotKnownIsRefused() throws Exception {
    names = new ChangeNames(Map.of("set", SET));
    write(0, 1);
    names = new ChangeNames(Map.of("delete", DELETE));
    assertThatThrownBy(() -> found(0))
        .isInstanceOf(IOException.class)
        .hasMessage("a change of the name \"set\" (expected: one of [delete])");
  }

  @Test
  void aStatementHasOneName() {
    assertThatThrownBy(() -> new ChangeNames(Map.of("a", SET, "b", SET)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ChangeNames(Map.of("Set", SET)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anotherTypeIsRefused() {
    assertThatThrownBy(() -> LoggedChange.of(SET, "text"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("String", "expected: bytes, a long or a boolean");
  }

  @Test
  void whatTheDatabaseHasIsNotRunAgain() throws Exception {
    write(0, 1, 2, 3);
    assertThat(values(2)).containsExactly(3L);
    assertThat(values(3)).isEmpty();
  }

  @Test
  void theNumbersGoOnAfterACheckpointAndARestart() throws Exception {
    write(0, 1, 2);
    try (Mark mark = mark();
        RedoLog log = open(mark)) {
      log.replay(0, change -> {});
      log.restart(0);
    }
    write(2, 3);
    assertThat(values(2)).containsExactly(3L);
  }

  @Test
  void aLogThatBeginsTooLateIsRefused() throws Exception {
    write(5, 6, 7);
    assertThat(values(5)).containsExactly(6L, 7L);
    assertThatThrownBy(() -> values(4))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContainingAll("changes to record 4", "begins with 6", "at most 5");
  }
}
