package io.purpledb.backend.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.backend.disk.record.FileId;
import io.purpledb.backend.disk.record.RecordFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a file of records is found after a power cut. */
class RecordFileTest {

  private static final int CUTS = 50;
  private static final int BYTES = 10_000;
  private static final FileId ID = new FileId(7, "records");

  private final Path directory;
  private final Path file;

  RecordFileTest(@TempDir Path directory) {
    this.directory = directory;
    this.file = directory.resolve("records");
    ShadowDisk.register();
  }

  @AfterEach
  void forget() {
    ShadowDisk.forget(directory);
  }

  private RecordFile open(FileChannel channel, boolean fresh) throws IOException {
    RecordFile records = new RecordFile(channel, ID);
    records.open(fresh, 0);
    if (fresh) {
      records.restart(0);
    }
    return records;
  }

  private RecordFile create() throws IOException {
    return open(FilePath.get("shadow:" + file).open("rw"), true);
  }

  private static void append(RecordFile records) throws IOException {
    records.append(BYTES, out -> out.put(new byte[BYTES]));
  }

  @Test
  void aRestartOutlivesAPowerCut() throws Exception {
    Random random = new Random(3);
    try (RecordFile records = create()) {
      for (int i = 0; i < 3; i++) {
        append(records);
      }
      records.force();
      records.restart(Long.MAX_VALUE);
      append(records); // the device may have any part of it
      for (int i = 0; i < CUTS; i++) {
        Path found = Files.createDirectory(directory.resolve("found" + i));
        ShadowDisk.cutPower(directory, found, random);
        try (RecordFile left = open(FileChannel.open(found.resolve("records")), false)) {
          assertThat(left.next() == null || left.lastNumber() == 4)
              .as("cut %d, which left record %d", i, left.lastNumber())
              .isTrue();
        }
      }
    }
  }

  /** What follows a gap would not be found again. */
  @Test
  void nothingIsAppendedBehindAGap() throws Exception {
    try (RecordFile records = create()) {
      append(records);
      records.continueAfter(5);
      assertThatThrownBy(() -> append(records))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("missing before record 6", "a restart first");
      records.restart(0);
      append(records);
      assertThat(records.lastNumber()).isEqualTo(6);
    }
    try (RecordFile found = open(FileChannel.open(file), false)) {
      assertThat(found.next()).isNotNull();
      assertThat(found.lastNumber()).isEqualTo(6);
    }
  }

  @Test
  void aContentOfAnotherSizeIsRefused() throws Exception {
    try (RecordFile records = create()) {
      assertThatThrownBy(() -> records.append(2, out -> out.putInt(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("4 bytes (expected: 2)");
    }
  }

  @Test
  void whatCannotBeReadAgainIsNotWritten() throws Exception {
    try (RecordFile records = create()) {
      long before = records.bytes();
      assertThatThrownBy(() -> records.append(1L << 31, out -> out.putInt(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("2147483648 bytes", "at most 2147483647");
      assertThat(records.bytes()).isEqualTo(before);
      assertThat(records.lastNumber()).isZero();
    }
  }
}
