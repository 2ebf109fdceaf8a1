package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.backend.replicated.raft.LogRoom;
import io.purpledb.backend.replicated.raft.LogUnavailableException;
import io.purpledb.config.StartFailure;
import io.purpledb.message.Failure;
import io.purpledb.support.time.FakeClock;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.KvPutRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that start with what they have on disk. */
@Tag("long")
@Timeout(120)
final class RestartTest {

  private static final int LARGE = 8 << 20;

  @Test
  void aNodeComesBackFromItsLog(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory).startAll()) {
      fill(new Ask(nodes.node(0)), 10);
      nodes.kill(0);
      nodes.startAll();
      assertFilled(new Ask(nodes.node(0)), 10);
      assertThat(snapshots(nodes, 0)).isZero();
    }
  }

  @Test
  void aNodeComesBackFromItsSnapshotAndTheLogAfterIt(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.snapshotEntries = 40;
      nodes.startAll();
      fill(new Ask(nodes.node(0)), 50);
      nodes.kill(0);
      assertThat(snapshots(nodes, 0)).isPositive();
      assertThat(logSegments(nodes, 0)).noneMatch(name -> name.startsWith("log_0-"));
      nodes.startAll();
      assertFilled(new Ask(nodes.node(0)), 50);
    }
  }

  /** What a node reads of its log when it starts stays in its memory for long. */
  @Test
  void aLogOfFewLargeEntriesIsCutBySnapshotsToo(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.snapshotBytes = 8 << 20;
      nodes.startAll();
      Ask on = new Ask(nodes.node(0));
      String value = "v".repeat(nodes.maxValueBytes);
      for (int i = 0; i < 20; i++) {
        on.put("large" + i % 2, i + value.substring(2));
      }
      nodes.kill(0);
      assertThat(snapshots(nodes, 0)).isPositive();
      nodes.startAll();
      on = new Ask(nodes.node(0));
      assertThat(on.get("large0")).isEqualTo(18 + value.substring(2));
      assertThat(on.get("large1")).isEqualTo(19 + value.substring(2));
    }
  }

  @Test
  void valuesThatAreLargerThanTheSettingOfNowAreReadFromTheLog(@TempDir Path directory)
      throws Exception {
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.maxValueBytes = LARGE;
      nodes.startAll();
      int away = nodes.aFollower();
      nodes.kill(away);
      new Ask(nodes.node(nodes.awaitLeader())).put("large", "v".repeat(LARGE));
      for (int i : nodes.runningNodes()) {
        nodes.kill(i);
      }
      nodes.maxValueBytes = 1_000;
      nodes.start((away + 1) % 3);
      nodes.start((away + 2) % 3);
      assertThat(new Ask(nodes.node(nodes.awaitLeader())).get("large")).hasSize(LARGE);
      nodes.start(away); // it gets what is larger than the setting of now
      nodes.transferTo(away);
      assertThat(new Ask(nodes.node(away)).get("large")).hasSize(LARGE);
    }
  }

  /** What Ratis reads at once behind it, to see that nothing follows, is more than the entry. */
  @Test
  void aLogThatEndsWithALargeEntryIsOpened(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory).startAll()) {
      new Ask(nodes.node(0)).put("large", "v".repeat(nodes.maxValueBytes));
      Path killed = directory.resolve("killed"); // a close would cut the empty end off
      MemberFiles.copy(nodes.directory(0), killed);
      nodes.kill(0);
      MemberFiles.delete(nodes.directory(0));
      MemberFiles.copy(killed, nodes.directory(0));
      nodes.startAll();
      assertThat(new Ask(nodes.node(0)).get("large")).hasSize(nodes.maxValueBytes);
    }
  }

  @Test
  void aMemberWithASmallerSettingIsNotEndedByTheOthers(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.maxValueBytes = LARGE;
      nodes.start(0);
      nodes.start(1);
      int leader = nodes.awaitLeader();
      nodes.maxValueBytes = 1_000;
      nodes.start(2);
      Ask on = new Ask(nodes.node(2)); // which asks the leader
      on.put("large", "v".repeat(LARGE));
      on.put("small", "v");
      assertThat(on.get("large")).hasSize(LARGE);
      assertThat(nodes.node(leader).leads()).isTrue();
      nodes.kill(2);
      nodes.maxValueBytes = LARGE;
      nodes.start(2);
      nodes.kill(1 - leader); // from now on the majority needs it
      on = new Ask(nodes.node(2));
      assertThat(on.get("large")).hasSize(LARGE);
      on.put("small", "w");
    }
  }

  @Test
  void aNodeThatWasAwayGetsTheLeadersSnapshot(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.snapshotEntries = 40;
      nodes.startAll();
      int away = nodes.aFollower();
      nodes.kill(away);
      fill(new Ask(nodes.node(nodes.awaitLeader())), 100);
      nodes.start(away);
      nodes.awaitLeader();
      nodes.transferTo(away);
      assertFilled(new Ask(nodes.node(away)), 100);
      assertThat(snapshots(nodes, away)).isPositive();
    }
  }

  @Test
  void aWriteThatIsSentAgainAfterARestartFromASnapshotIsDoneOnce(@TempDir Path directory)
      throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.snapshotEntries = 40;
      nodes.startAll();
      SentWrite write =
          new SentWrite(nodes, CounterIncrementRequest.newBuilder().setKey("once").setAmount(1));
      ByteString reply = write.send();
      fill(new Ask(nodes.node(0)), 50);
      nodes.kill(0);
      assertThat(logSegments(nodes, 0)).noneMatch(name -> name.startsWith("log_0-"));
      nodes.startAll();
      assertThat(write.send()).isEqualTo(reply);
      assertThat(new Ask(nodes.node(0)).count("once")).isEqualTo(1);
    }
  }

  /** Others have taken the room since, and it needs none. */
  @Test
  void aWriteThatWasDoneIsNotRefusedForWantOfRoomWhenItIsSentAgain(@TempDir Path directory)
      throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.maxBytes = 1 << 20;
      nodes.snapshotEntries = 40;
      nodes.startAll();
      String tenth = "v".repeat((int) (nodes.maxBytes / 10));
      SentWrite write =
          new SentWrite(
              nodes,
              KvPutRequest.newBuilder()
                  .setKey("once")
                  .setValue(com.google.protobuf.ByteString.copyFromUtf8(tenth)));
      ByteString reply = write.send();
      assertThat(new Ask(nodes.node(0)).delete("once")).isTrue();
      for (int i = 0; i < 50; i++) {
        new Ask(nodes.node(0)).put("k" + i % 9, tenth);
      }
      nodes.kill(0);
      assertThat(logSegments(nodes, 0)).noneMatch(name -> name.startsWith("log_0-"));
      nodes.startAll();
      Ask on = new Ask(nodes.node(0));
      assertThatThrownBy(() -> on.put("once", tenth)).hasMessageContaining("bytes are in use");
      // Where its place in the log has no room, it is not said that nothing was done.
      nodes.usable(0).set(LogRoom.LAST_BYTES - 1);
      while (!isLogFull(on)) { // it is looked at now and then
        LockSupport.parkNanos(10_000_000);
      }
      assertThatThrownBy(write::send)
          .hasRootCauseInstanceOf(LogUnavailableException.class)
          .hasStackTraceContaining("a write may or may not have happened");
      nodes.usable(0).set(1L << 40);
      while (isLogFull(on)) {
        LockSupport.parkNanos(10_000_000);
      }
      assertThat(write.send()).isEqualTo(reply);
      assertThat(on.get("once")).isNull();
    }
  }

  private static boolean isLogFull(Ask on) throws Exception {
    try {
      on.increment("c", 1);
      return false;
    } catch (Failure full) {
      assertThat(full).hasMessageContaining("are free for the log");
      return true;
    }
  }

  @Test
  void aRestartProlongsNoCacheEntry(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      FakeClock clock = new FakeClock();
      nodes.clock = clock;
      nodes.startAll();
      new Ask(nodes.node(0)).cache("e", "text", 10);
      clock.advance(9_999);
      nodes.kill(0);
      nodes.startAll();
      assertThat(new Ask(nodes.node(0)).cached("e")).isEqualTo("text");
      clock.advance(1);
      assertThat(new Ask(nodes.node(0)).cached("e")).isNull();
    }
  }

  @Test
  void anotherListOfMembersIsRefused(@TempDir Path directory) throws Exception {
    try (Nodes one = new Nodes(1, directory);
        Nodes two = new Nodes(2, directory)) {
      one.startAll();
      one.kill(0);
      two.members.set(0, one.members.get(0));
      assertThatThrownBy(() -> two.start(0))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("cluster-members: ")
          .hasMessageContaining("(expected: " + one.members.get(0) + ", the members that");
    }
  }

  private static void fill(Ask node, int size) throws Exception {
    for (int i = 0; i < size; i++) {
      node.put("k" + i, "v" + i);
      node.increment("c", i);
      node.setFlag("f" + i, true);
      node.add("s", "item " + i);
      node.cache("e" + i, "text " + i, 3600);
    }
  }

  private static void assertFilled(Ask node, int size) throws Exception {
    for (int i = 0; i < size; i++) {
      assertThat(node.get("k" + i)).isEqualTo("v" + i);
      assertThat(node.flag("f" + i)).isTrue();
      assertThat(node.cached("e" + i)).isEqualTo("text " + i);
    }
    assertThat(node.count("c")).isEqualTo(size * (size - 1L) / 2);
    assertThat(node.items("s")).hasSize(size).isSorted();
  }

  private static long snapshots(Nodes nodes, int i) throws IOException {
    return names(nodes, i).stream().filter(name -> name.matches("snapshot\\.\\d+_\\d+")).count();
  }

  private static List<String> logSegments(Nodes nodes, int i) throws IOException {
    return names(nodes, i).stream().filter(name -> name.startsWith("log_")).toList();
  }

  private static List<String> names(Nodes nodes, int i) throws IOException {
    try (Stream<Path> files = Files.walk(nodes.directory(i))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
