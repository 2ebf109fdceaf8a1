package io.purpledb.backend.disk.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.backend.disk.record.FileId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record counts when it is whole and follows its predecessor. */
class JournalTest {

  private static final FileId ID = new FileId(7, "kv.journal");

  private final Path file;

  JournalTest(@TempDir Path directory) {
    file = directory.resolve("journal");
  }

  private FileChannel channel() throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private Journal open() throws IOException {
    return new Journal(channel(), ID);
  }

  private static byte[] block(int content) {
    byte[] block = new byte[Journal.BLOCK_BYTES];
    Arrays.fill(block, (byte) content);
    return block;
  }

  private void append(long size, int content, long... numbers) throws IOException {
    try (Journal journal = open()) {
      boolean fresh = !Files.exists(file) || Files.size(file) == 0;
      journal.replay(fresh, 0, Long.MAX_VALUE, new HashMap<>());
      if (fresh) {
        journal.restart(0);
      }
      Map<Long, byte[]> blocks = new HashMap<>();
      for (long number : numbers) {
        blocks.put(number, block(content));
      }
      journal.append(size, 0, blocks);
    }
  }

  private Map<Long, Integer> replayed() throws IOException {
    Map<Long, Block> blocks = new HashMap<>();
    Map<Long, Integer> contents = new HashMap<>();
    try (Journal journal = open()) {
      journal.replay(false, 0, 0, blocks);
      for (Map.Entry<Long, Block> block : blocks.entrySet()) {
        byte[] content = block.getValue().read(journal);
        contents.put(block.getKey(), (int) content[Journal.BLOCK_BYTES - 1]);
      }
    }
    return contents;
  }

  @Test
  void newerBlocksReplaceOlder() throws Exception {
    append(100, 1, 0, 1, 2);
    append(200, 2, 1, 7);
    assertThat(replayed()).containsExactlyInAnyOrderEntriesOf(Map.of(0L, 1, 1L, 2, 2L, 1, 7L, 2));
    try (Journal journal = open()) {
      assertThat(journal.replay(false, 0, 0, new HashMap<>())).isEqualTo(200);
    }
  }

  @Test
  void aRecordWithManyBlocksIsWhole() throws Exception {
    long[] numbers = new long[1_000];
    Arrays.setAll(numbers, i -> i);
    append(100, 3, numbers);
    assertThat(replayed()).hasSize(1_000);
  }

  @Test
  void anyBrokenByteEndsTheReplayBeforeItsRecord() throws Exception {
    append(100, 1, 0);
    long start;
    try (FileChannel channel = channel()) {
      start = channel.size();
    }
    append(100, 2, 0, 1);
    try (FileChannel channel = channel()) {
      for (long position = start; position < channel.size(); position += 101) {
        ByteBuffer right = ByteBuffer.allocate(1);
        channel.read(right, position);
        channel.write(ByteBuffer.wrap(new byte[] {(byte) (right.get(0) ^ 1)}), position);
        assertThat(replayed()).isEqualTo(Map.of(0L, 1));
        channel.write(right.flip(), position);
      }
      assertThat(replayed()).hasSize(2);
    }
  }

  @Test
  void aRecordThatIsCutOffDoesNotCount() throws Exception {
    append(100, 1, 0);
    append(100, 2, 0);
    try (FileChannel channel = channel()) {
      channel.truncate(channel.size() - 1);
    }
    assertThat(replayed()).isEqualTo(Map.of(0L, 1));
  }

  @Test
  void afterARestartOlderRecordsDoNotCount() throws Exception {
    append(100, 1, 0);
    append(100, 2, 1);
    append(100, 3, 2);
    try (Journal journal = open()) {
      journal.replay(false, 0, 0, new HashMap<>());
      journal.restart(Long.MAX_VALUE);
      assertThat(replayed()).isEmpty();
      journal.append(100, 0, Map.of(9L, block(4)));
    }
    assertThat(replayed()).isEqualTo(Map.of(9L, 4));
  }

  @Test
  void theJournalOfALargerFileIsRefused() throws Exception {
    try (Journal journal = open()) {
      journal.replay(true, 0, 0, new HashMap<>());
      journal.restart(0);
      journal.append(8192, 8192, Map.of());
    }
    try (Journal journal = open()) {
      assertThatThrownBy(() -> journal.replay(false, 0, 4096, new HashMap<>()))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("4096", "8192");
      assertThat(journal.replay(false, 0, 8192, new HashMap<>())).isEqualTo(8192);
    }
  }
}
