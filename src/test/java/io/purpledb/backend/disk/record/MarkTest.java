package io.purpledb.backend.disk.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a mark promises to the next opening. */
class MarkTest {

  private final Path file;

  MarkTest(@TempDir Path directory) {
    file = directory.resolve("kv.state");
  }

  private Mark read() throws IOException {
    return Mark.read(FilePath.get(file.toString()), "kv");
  }

  @Test
  void whatWasWrittenIsPromisedToTheSameSystem() throws Exception {
    try (Mark mark = read()) {
      mark.begin();
      mark.opened(3);
      mark.logged(5, false);
    }
    try (Mark mark = read()) {
      assertThat(mark.logged()).isEqualTo(5);
    }
  }

  /** As after a power cut that took records 4 and 5, which nobody had forced. */
  @Test
  void anOpeningPromisesNoMoreThanItFound() throws Exception {
    try (Mark mark = read()) {
      mark.begin();
      mark.logged(5, false);
      mark.opened(3);
    }
    try (Mark mark = read()) {
      assertThat(mark.logged()).isEqualTo(3);
    }
  }

  /** Half of it would be taken for damage, though nothing was promised yet. */
  @Test
  void nothingIsLeftWhenThereIsNoRoomForIt() throws Exception {
    try (Mark mark = read()) {
      Files.createSymbolicLink(file, Path.of("/dev/full"));
      assertThatThrownBy(mark::begin).hasMessageContaining("No space left");
      assertThat(Files.isSymbolicLink(file)).isFalse();
      mark.begin();
      mark.opened(3);
    }
    try (Mark mark = read()) {
      assertThat(mark.logged()).isEqualTo(3);
    }
  }

  @Test
  void theDataSetIsTheSameFromItsBeginningOn() throws Exception {
    long dataSet;
    try (Mark mark = read()) {
      mark.begin();
      dataSet = mark.dataSet();
    }
    try (Mark mark = read()) {
      assertThat(mark.dataSet()).isEqualTo(dataSet);
      assertThat(mark.status()).isEqualTo(Mark.Status.CREATING);
    }
  }
}
