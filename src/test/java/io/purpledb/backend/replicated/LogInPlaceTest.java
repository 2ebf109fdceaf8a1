package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.backend.replicated.files.LogInPlace;
import io.purpledb.backend.replicated.files.Segment;
import io.purpledb.backend.replicated.files.SegmentName;
import io.purpledb.backend.replicated.raft.RaftSettings;
import io.purpledb.message.Failure;
import io.purpledb.v1.KvPutRequest;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.protocol.TermIndex;
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

  private static final int VALUE_BYTES = 1 << 19;

  /** Of a write that a leader takes while it is cut off. */
  private static final int LOST_BYTES = 1 << 20;

  private static final int ENTRY_BYTES = RaftSettings.ENTRY_MAX.getSizeInt();

  /** More than there is around a value in the log. */
  private static final int AROUND_BYTES = 1_000;

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
      LogInPlace log = new LogInPlace(current, ENTRY_BYTES, LogInPlaceTest::known);
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

  /** Where the records of a leader that was cut off are, which no other member has. */
  private enum Lost {
    IN_THE_OPEN_FILE(Long.MAX_VALUE) {
      @Override
      void assertBehind(long last, SegmentName open) {
        assertThat(open.first()).isLessThanOrEqualTo(last);
      }
    },
    ALL_OF_THE_OPEN_FILE(0) {
      @Override
      void assertBehind(long last, SegmentName open) {
        assertThat(open.first()).isEqualTo(last + 1);
      }
    },
    IN_A_FULL_FILE_AND_ALL_OF_THE_OPEN_ONE(LOST_BYTES) {
      @Override
      void assertBehind(long last, SegmentName open) {
        assertThat(open.first()).isGreaterThan(last + 1);
      }
    };

    /** The bytes of them for which the open file has room. */
    private final long room;

    Lost(long room) {
      this.room = room;
    }

    /** Makes sure that they are there, behind the last record of the others. */
    abstract void assertBehind(long last, SegmentName open);
  }

  /** Ratis cuts or removes what the new leader has otherwise. */
  @ParameterizedTest
  @EnumSource
  void aLeaderThatWasCutOffFollowsAndLeadsAgain(Lost lost, @TempDir Path directory)
      throws Exception {
    try (Network network = new Network();
        Nodes nodes = new Nodes(3, directory)) {
      nodes.network = network;
      nodes.startAll();
      int old = fill(nodes, lost.room);
      Replication cutOff = nodes.node(old);
      Ask other = new Ask(nodes.node((old + 1) % 3));
      long last = lastRecord(nodes, old).index();

      network.isolate(nodes.members.get(old));
      List<CompletableFuture<Void>> refusals = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        refusals.add(refusal(nodes, old));
      }
      while (lastRecord(nodes, old).index() < last + 2) {
        pause();
      }
      awaitLooks(cutOff);
      lost.assertBehind(
          last, SegmentName.of(openLog(nodes.directory(old))).findFirst().orElseThrow());
      other.put("k", "after");
      refusals.forEach(CompletableFuture::join);

      network.heal();
      while (!isRed(cutOff) && cutOff.applied() < other.node().applied()) {
        pause();
      }
      awaitLooks(cutOff);
      assertThat(isRed(cutOff)).as("%s", cutOff.health().cause()).isFalse();
      nodes.transferTo(old);
      new Ask(cutOff).put("k", "again");
      assertThat(other.get("k")).isEqualTo("again");
    }
  }

  /** Writes until a leader's open file has room for so many bytes, and not for one more value. */
  private static int fill(Nodes nodes, long room) throws Exception {
    long fileBytes =
        RaftServerConfigKeys.Log.segmentSizeMax(
                RaftSettings.of(
                    nodes.config(0),
                    nodes.directory(0),
                    Nodes.TIMEOUT_MILLIS,
                    nodes.maxValueBytes,
                    Runtime.getRuntime().maxMemory()))
            .getSize();
    while (true) {
      int leader = nodes.awaitLeader();
      awaitSame(nodes);
      long more = fileBytes - lastRecord(nodes, leader).end() - room;
      if (more < VALUE_BYTES + AROUND_BYTES) {
        return leader;
      }
      for (long left = more;
          left >= VALUE_BYTES + AROUND_BYTES;
          left -= VALUE_BYTES + AROUND_BYTES) {
        new Ask(nodes.node(leader)).put("k", "v".repeat(VALUE_BYTES));
      }
    }
  }

  /** What a leader that is cut off answers a write; it has it in its log by then. */
  private static CompletableFuture<Void> refusal(Nodes nodes, int leader) {
    SentWrite write =
        new SentWrite(
            nodes,
            KvPutRequest.newBuilder()
                .setKey("k")
                .setValue(ByteString.copyFrom(new byte[LOST_BYTES - AROUND_BYTES])));
    return CompletableFuture.runAsync(
        () ->
            assertThatThrownBy(() -> write.send(leader)).hasMessageContaining("is not the leader"),
        task -> new Thread(task, "refused").start());
  }

  /** It cuts a file before it gives it the name of a full one. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCutFileIsNoHarmWhenRatisKnowsNothingOfTheRest(boolean knows, @TempDir Path directory)
      throws Exception {
    Path current = Files.createDirectory(directory.resolve("copy"));
    Path open;
    try (Nodes nodes = new Nodes(1, directory).startAll()) {
      write(new Ask(nodes.node(0)), 0);
      Path original = openLog(nodes.directory(0));
      open = Files.copy(original, current.resolve(original.getFileName()));
    }
    LogInPlace log =
        new LogInPlace(current, ENTRY_BYTES, index -> knows || index < 50 ? known(index) : null);
    log.check();
    Harm.cut(open, 700);
    if (knows) {
      assertThatThrownBy(log::check).hasMessageContaining("it was cut or changed");
    } else {
      log.check();
      Harm.cut(open, 8); // it goes on with what is left
      assertThatThrownBy(log::check).hasMessageContaining("it was cut or changed");
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
    LogInPlace log = new LogInPlace(current, 1 << 20, LogInPlaceTest::known);
    log.check();
    Files.delete(seen);
    segment(current, "log_12-14");
    segment(current, "log_inprogress_15");
    return log;
  }

  /** Ratis let go of nothing. */
  private static TermIndex known(long index) {
    return TermIndex.valueOf(1, index);
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
    awaitLooks(nodes.node(i));
  }

  private static void awaitLooks(Replication node) {
    long enough = node.logChecks() + 2; // one may have begun before
    while (!isRed(node) && node.logChecks() < enough) {
      pause();
    }
  }

  private static boolean isRed(Replication node) {
    Throwable cause = node.health().cause();
    return cause != null && String.valueOf(cause.getMessage()).contains("takes no writes any more");
  }

  /** Waits until all members have the same in their logs, and Ratis adds nothing by itself. */
  private static void awaitSame(Nodes nodes) throws IOException {
    Set<Long> last = new HashSet<>();
    do {
      awaitLooks(nodes.node(0));
      last.clear();
      for (int i : nodes.runningNodes()) {
        last.add(lastRecord(nodes, i).index());
      }
    } while (last.size() > 1);
  }

  private static Segment.Found lastRecord(Nodes nodes, int i) throws IOException {
    while (true) {
      try (Segment segment = new Segment(openLog(nodes.directory(i)))) {
        Segment.Found last = null;
        Segment.Found next = segment.at(Segment.HEADER_BYTES, ENTRY_BYTES);
        for (; next != null; next = segment.at(next.end(), ENTRY_BYTES)) {
          last = next;
        }
        if (last != null) {
          return last;
        }
      } catch (NoSuchFileException | NoSuchElementException | EOFException e) {
        // it is full, is cut to what it has, and gets another name
      }
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
