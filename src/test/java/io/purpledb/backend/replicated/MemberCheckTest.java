package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.DataCheck;
import io.purpledb.backend.replicated.MemberFiles.Kind;
import io.purpledb.backend.replicated.files.MemberCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the check of a member's files says, and that it changes nothing. */
@Tag("long")
@Timeout(120)
final class MemberCheckTest {

  @Test
  void aDataDirectoryWithoutAClusterHasNothingToSay(@TempDir Path directory) {
    assertThat(MemberCheck.of(directory)).isEqualTo(new DataCheck(true, ""));
  }

  @Test
  void whatIsWholeIsSaidToBeAndWhatIsDamagedIsNamed(@TempDir Path directory) throws Exception {
    Path data;
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.snapshotEntries = 40;
      nodes.startAll();
      Data filled = new Data("");
      filled.fill(new Ask(nodes.node(0)), 30);
      nodes.snapshotEntries = 1_000_000;
      for (int i = 0; i < 2; i++) {
        nodes.stop(0);
        nodes.startAll(); // which begins a segment of the log
        filled.fill(new Ask(nodes.node(0)), 10);
      }
      data = nodes.directory(0);
      assertThat(MemberCheck.of(data).text())
          .contains(" is in use (expected: no server on this directory)")
          .endsWith("in use: stop the server to have it checked; nothing was changed\n");
    }
    DataCheck closed = MemberCheck.of(data);
    assertThat(closed.text())
        .contains("cluster member 127.0.0.1_", " of 127.0.0.1:", "the log was applied to record ")
        .containsPattern("snapshot\\.\\d+_\\d+: to record \\d+, whole")
        .containsPattern("log: to record \\d+, whole")
        .endsWith("all is whole\n");

    Path log = Kind.CLOSED_SEGMENT.of(directory).get(0);
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length / 2] ^= 8;
    Files.write(log, bytes);
    Map<Path, ByteBuffer> before = contents(data);
    DataCheck damaged = MemberCheck.of(data);
    assertThat(damaged.whole()).isFalse();
    assertThat(damaged.text())
        .containsPattern(log + " is damaged: record \\d+ at byte \\d+ is not what was written")
        .containsPattern("log: whole to record \\d+\n")
        .contains("put back what this member left there, or,")
        .endsWith("damaged; nothing was changed\n");
    assertThat(contents(data)).isEqualTo(before);
  }

  private static Map<Path, ByteBuffer> contents(Path directory) throws IOException {
    Map<Path, ByteBuffer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(file, ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return contents;
  }
}
