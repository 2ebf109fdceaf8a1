package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.DataCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the check of a data directory says, and that it changes nothing. */
@Timeout(120)
class DiskCheckTest {

  private static final int RECORDS = 5;

  private final Path data;
  private final Path killed;

  DiskCheckTest(@TempDir Path directory) {
    data = directory.resolve("data");
    killed = directory.resolve("killed");
  }

  private void fill() {
    try (KvFiles files = new KvFiles(data)) {
      for (int i = 1; i <= RECORDS; i++) {
        await(files.kv.put("key" + i, ByteString.copyFromUtf8("a value in the log " + i)));
      }
      KvFiles.copy(data, killed);
    }
  }

  private static Map<Path, ByteBuffer> contents(Path directory) throws IOException {
    Map<Path, ByteBuffer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        contents.put(file, ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  private static void damage(Path file, String text) throws IOException {
    String all = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(all).contains(text);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {'X'}), all.indexOf(text));
    }
  }

  /** So that a later version may have other tables. */
  @Test
  void theLogOfEntriesHoldsChangesAndNoSql() throws IOException {
    fill();
    String log =
        Files.readString(
            killed.resolve("entries.redo"), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(log)
        .contains("put kv", "position", "key1", "a value in the log 1")
        .doesNotContain("MERGE", "INSERT", "UPDATE", "DELETE", "ENTRIES", "VALUES");
  }

  @Test
  void whatIsWholeIsSaidToBe() {
    fill();
    DataCheck closed = DiskCheck.of(data);
    assertThat(closed.text())
        .contains("entries: data set ", "closed in order", "entries.mv.db: ")
        .doesNotContain("cache")
        .endsWith("all is whole\n");
    assertThat(closed.whole()).isTrue();
    assertThat(DiskCheck.of(killed).text())
        .contains("not closed in order", "entries.redo: records ", ", whole")
        .endsWith("all is whole\n");
  }

  /** As of a process that ended before it had a database. */
  @Test
  void filesOfAFirstStartThatDidNotEndAreNoDamage(@TempDir Path directory) throws Exception {
    for (String name : List.of("entries.mv.db", "entries.redo", "entries.journal")) {
      Files.createFile(directory.resolve(name));
    }
    DataCheck check = DiskCheck.of(directory);
    assertThat(check.whole()).as(check.text()).isTrue();
    assertThat(check.text()).contains("entries: empty, as of a first start that did not end");

    Files.write(directory.resolve("entries.redo"), new byte[] {1});
    assertThat(DiskCheck.of(directory).whole()).isFalse();
  }

  @Test
  void aDamagedRecordIsFoundAndWhatIsBehindItShown() throws Exception {
    fill();
    damage(killed.resolve("entries.redo"), "log 2");
    Map<Path, ByteBuffer> before = contents(killed);
    DataCheck result = DiskCheck.of(killed);
    assertThat(result.whole()).isFalse();
    assertThat(result.text())
        .contains("entries.redo: damaged at byte ", "whole behind it: records ")
        .contains("the records behind it change: kv/key3, kv/key4, kv/key5")
        .endsWith("damaged; nothing was changed\n");
    assertThat(contents(killed)).isEqualTo(before);
  }

  @Test
  void aLostEndIsMissed() throws Exception {
    fill();
    damage(killed.resolve("entries.redo"), "log " + RECORDS);
    assertThat(DiskCheck.of(killed).text())
        .containsPattern(
            "entries.redo: ends at byte \\d+ with record \\d+ \\(expected: record \\d+\\)");
  }

  @Test
  void aDamagedBlockIsFound() throws Exception {
    fill();
    damage(data.resolve("entries.mv.db"), "log 2");
    assertThat(DiskCheck.of(data).text())
        .contains("entries.mv.db: 1 blocks of 4096 bytes are damaged, at byte ");
  }

  @Test
  void aMissingFileIsNamed() throws Exception {
    fill();
    Files.delete(data.resolve("entries.sums"));
    assertThat(DiskCheck.of(data).text())
        .contains("entries.mv.db: not checked, as ", "entries.sums");
    Files.delete(data.resolve("entries.state"));
    assertThat(DiskCheck.of(data).text()).contains("entries.state is missing");
  }

  @Test
  void anOpenDatabaseIsNotLookedAt() {
    try (KvFiles files = new KvFiles(data)) {
      assertThat(files.kv.health().succeeded()).isTrue();
      DataCheck result = DiskCheck.of(data);
      assertThat(result.whole()).isFalse();
      assertThat(result.text()).contains("entries: ").contains("xpected: no server");
    }
  }

  @Test
  void anOlderFileIsNamed() throws Exception {
    fill();
    Path older = data.resolveSibling("older");
    KvFiles.copy(data, older);
    try (KvFiles files = new KvFiles(data)) {
      files.fill();
    }
    Files.copy(
        older.resolve("entries.state"),
        data.resolve("entries.state"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(DiskCheck.of(data).text())
        .containsPattern(
            "entries.state: it is older than the files beside it: it knows entries.journal to")
        .endsWith("damaged; nothing was changed\n");
  }
}
