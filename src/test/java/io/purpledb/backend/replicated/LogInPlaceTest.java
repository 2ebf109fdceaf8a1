package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.message.Failure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to the log of a member while it runs. */
@Tag("long")
@Timeout(60)
final class LogInPlaceTest {

  /** What somebody does to the files of a running member. */
  private enum Harm {
    DIRECTORY_REMOVED("removed") {
      @Override
      void to(Path directory, Path log) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    },
    DIRECTORY_MOVED("removed") {
      @Override
      void to(Path directory, Path log) throws IOException {
        Files.move(directory, directory.resolveSibling("away"));
      }
    },
    LOG_REMOVED("removed") {
      @Override
      void to(Path directory, Path log) throws IOException {
        Files.delete(log);
      }
    },
    LOG_REPLACED("replaced") {
      @Override
      void to(Path directory, Path log) throws IOException {
        Path copy = Files.copy(log, log.resolveSibling("copy"));
        Files.move(copy, log, StandardCopyOption.REPLACE_EXISTING);
      }
    },
    LOG_CUT_TO_ITS_HEADER("cut or changed") {
      @Override
      void to(Path directory, Path log) throws IOException {
        cut(log, 8);
      }
    },
    LOG_CUT_IN_THE_MIDDLE("cut or changed") {
      @Override
      void to(Path directory, Path log) throws IOException {
        cut(log, 700);
      }
    };

    private final String told;

    Harm(String told) {
      this.told = told;
    }

    abstract void to(Path directory, Path log) throws IOException;

    private static void cut(Path file, long bytes) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(bytes);
      }
    }
  }

  /** It hands the lead over, and the others go on with all that was acknowledged. */
  @ParameterizedTest
  @EnumSource
  void aHarmedLeaderTakesNoWrites(Harm harm, @TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.startAll();
      int harmed = nodes.awaitLeader();
      Ask on = new Ask(nodes.node(harmed));
      write(on, 0);
      awaitSeen(nodes, harmed);
      harm.to(nodes.directory(harmed), openLog(nodes.directory(harmed)));
      awaitRed(nodes.node(harmed), harm);
      while (nodes.node(harmed).leads()) {
        pause();
      }
      write(on, 100); // it still answers, through the new leader
      assertThat(on.get("k0")).isEqualTo("v");
      assertThat(on.get("k100")).isEqualTo("v");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHarmedMemberAloneAnswersReadsOnly(Harm harm, @TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.startAll();
      Ask on = new Ask(nodes.node(0));
      write(on, 0);
      awaitSeen(nodes, 0);
      harm.to(nodes.directory(0), openLog(nodes.directory(0)));
      awaitRed(nodes.node(0), harm);
      assertThatThrownBy(() -> on.put("more", "v"))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.kind()).isEqualTo(Failure.Kind.UNAVAILABLE);
                assertThat(failure).hasMessageContaining(harm.told + " under the running server");
              });
      assertThatThrownBy(() -> on.delete("k0")).isInstanceOf(Failure.class);
      assertThat(on.get("k0")).isEqualTo("v");
    }
  }

  /** Ratis itself gives files other names, cuts and removes them. */
  @Test
  void whatRatisDoesIsNoHarm(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.snapshotEntries = 50;
      nodes.startAll();
      Ask on = new Ask(nodes.node(0));
      Path current = current(nodes.directory(0));
      LogInPlace log = new LogInPlace(current, RaftSettings.ENTRY_MAX.getSizeInt());
      String large = "v".repeat(1 << 19);
      Path first = openLog(nodes.directory(0));
      on.put("k", large);
      while (isThere(current, first)) {
        on.put("k", large);
        log.check();
      }
      assertThat(nodes.node(0).health().succeeded()).isTrue();
    }
  }

  /** The file that was open may be gone before it is looked at again, and the next ones full. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void whatASnapshotHasMayGoHoweverManyFilesFollow(long snapshot, @TempDir Path directory)
      throws Exception {
    LogInPlace log = seenOpenAndGone(directory);
    snapshot(directory, snapshot);
    for (int i = 0; i < 3; i++) {
      log.check();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 10})
  void whatNoSnapshotHasMayNot(long snapshot, @TempDir Path directory) throws Exception {
    LogInPlace log = seenOpenAndGone(directory);
    snapshot(directory, snapshot);
    log.check();
    assertThatThrownBy(log::check).hasMessageContaining("log_inprogress_5 is damaged: it was rem");
  }

  /** A log whose open file began with 5 and that goes on with 12, and with 15 in an open file. */
  private static LogInPlace seenOpenAndGone(Path directory) throws IOException {
    Path current = Files.createDirectories(directory.resolve("current"));
    Path seen = segment(current, "log_inprogress_5");
    LogInPlace log = new LogInPlace(current, 1 << 20);
    log.check();
    Files.delete(seen);
    segment(current, "log_12-14");
    segment(current, "log_inprogress_15");
    return log;
  }

  private static Path segment(Path current, String name) throws IOException {
    return Files.writeString(current.resolve(name), "RaftLog1");
  }

  private static void snapshot(Path directory, long index) throws IOException {
    Path snapshots = Files.createDirectories(directory.resolve("sm"));
    Files.writeString(snapshots.resolve("snapshot.1_" + index), "what was applied");
  }

  /** Under the one name or the other. */
  private static boolean isThere(Path current, Path open) throws IOException {
    String start = open.getFileName().toString().substring("log_inprogress_".length());
    try (Stream<Path> files = Files.list(current)) {
      return files.anyMatch(f -> f.equals(open) || f.toString().contains("log_" + start + "-"));
    }
  }

  private static void write(Ask on, int first) throws Exception {
    for (int i = first; i < first + 50; i++) {
      on.put("k" + i, "v");
    }
  }

  /** What was never seen cannot be missed. */
  private static void awaitSeen(Nodes nodes, int i) throws IOException {
    assertThat(openLog(nodes.directory(i))).exists();
    long enough = nodes.node(i).logChecks() + 2; // one may have begun before
    while (nodes.node(i).logChecks() < enough) {
      pause();
    }
  }

  private static void awaitRed(Replication node, Harm harm) {
    while (node.health().succeeded()) {
      pause();
    }
    assertThat(node.health().cause())
        .hasMessageContaining(harm.told + " under the running server")
        .hasMessageContaining("takes no writes any more");
  }

  private static void pause() {
    assertThat(Thread.interrupted()).as("it takes too long").isFalse();
    LockSupport.parkNanos(10_000_000);
  }

  private static Path openLog(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(current(directory))) {
      return files.filter(f -> f.toString().contains("log_inprogress_")).findFirst().orElseThrow();
    }
  }

  private static Path current(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> found = files.filter(file -> file.endsWith("current")).toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }
}
