package io.purpledb.backend.disk.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.disk.record.FileId;
import io.purpledb.backend.disk.record.Slots;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a record is in the journal before the record is. */
class WriteAheadTest {

  private static final FileId ID = new FileId(7, "kv.journal");

  private final Path file;

  WriteAheadTest(@TempDir Path directory) {
    file = directory.resolve("journal");
  }

  private Journal open() throws IOException {
    return new Journal(
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
        ID);
  }

  /** A new journal with a record of block 0. */
  private Journal created() throws IOException {
    Journal journal = open();
    journal.replay(true, 0, Long.MAX_VALUE, new HashMap<>());
    journal.restart(0);
    journal.append(8192, 0, Map.of(0L, block(1)));
    return journal;
  }

  private static byte[] block(int content) {
    byte[] block = new byte[Journal.BLOCK_BYTES];
    Arrays.fill(block, (byte) content);
    return block;
  }

  private Map<Long, Integer> replayed(long promised) throws IOException {
    Map<Long, Block> blocks = new HashMap<>();
    Map<Long, Integer> contents = new HashMap<>();
    try (Journal journal = open()) {
      journal.replay(false, promised, 0, blocks);
      for (Map.Entry<Long, Block> block : blocks.entrySet()) {
        byte[] content = block.getValue().read(journal);
        contents.put(block.getKey(), (int) content[Journal.BLOCK_BYTES - 1]);
      }
    }
    return contents;
  }

  @Test
  void itCountsWithItsRecordOnly() throws Exception {
    try (Journal journal = created()) {
      journal.writeAhead(Map.of(1L, block(2)), false);
      journal.writeAhead(Map.of(2L, block(3)), false);
      assertThat(replayed(1)).isEqualTo(Map.of(0L, 1));
      journal.append(8192, 0, Map.of(3L, block(4)));
      assertThat(journal.isAhead()).isFalse();
      assertThat(replayed(2)).isEqualTo(Map.of(0L, 1, 1L, 2, 2L, 3, 3L, 4));
      journal.append(8192, 0, Map.of(4L, block(5)));
    }
    assertThat(replayed(3)).hasSize(5);
  }

  @Test
  void ofTwoOfANumberTheLaterCounts() throws Exception {
    try (Journal journal = created()) {
      journal.writeAhead(Map.of(0L, block(2)), false);
      Block later = Objects.requireNonNull(journal.writeAhead(Map.of(0L, block(3)), false).get(0L));
      assertThat(later.read(journal)).isEqualTo(block(3));
      journal.append(8192, 0, Map.of());
      assertThat(later.read(journal)).isEqualTo(block(3));
    }
    assertThat(replayed(2)).isEqualTo(Map.of(0L, 3));
  }

  @Test
  void aRestartForgetsIt() throws Exception {
    try (Journal journal = created()) {
      journal.writeAhead(Map.of(1L, block(2)), false);
      journal.restart(0);
      assertThat(journal.isAhead()).isFalse();
      assertThat(Files.size(file)).isEqualTo(Slots.BYTES);
      journal.append(8192, 0, Map.of(2L, block(3)));
    }
    assertThat(replayed(2)).isEqualTo(Map.of(2L, 3));
  }
}
