package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.backend.replicated.raft.LogRoom;
import io.purpledb.config.StartFailure;
import io.purpledb.message.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disks of the logs of a cluster: what does not fit is refused, and nothing ends. */
@Tag("long")
@Timeout(60)
final class LogRoomTest {

  private static final long RESERVE = LogRoom.RESERVE_BYTES;
  private static final String VALUE = "v".repeat(1 << 16);

  @Test
  void whatWasTakenCountsUntilItIsOnTheDisk() {
    AtomicLong usable = new AtomicLong(RESERVE + 1_000);
    AtomicLong nanos = new AtomicLong();
    LogRoom room = new LogRoom(Path.of("log"), usable::get, nanos::get);
    assertThat(room.canGrow(1_000)).isTrue();
    assertThat(room.take(600)).isTrue();
    assertThat(room.canGrow(500)).isFalse();
    nanos.addAndGet(100_000_000);
    assertThat(room.canGrow(500)).isFalse(); // it may have looked before the write
    usable.addAndGet(-600);
    nanos.addAndGet(100_000_000);
    assertThat(room.canGrow(400)).isTrue();
    assertThat(room.canGrow(401)).isFalse();
  }

  @Test
  void theLastRoomIsNotForWrites() {
    AtomicLong usable = new AtomicLong(LogRoom.LAST_BYTES + 10);
    LogRoom room = new LogRoom(Path.of("log"), usable::get, () -> 0);
    assertThat(room.canGrow(0)).isFalse();
    assertThat(room.take(11)).isFalse();
    assertThat(room.take(10)).isTrue();
    assertThat(room.refusal()).contains("cluster: " + LogRoom.LAST_BYTES, "log", "" + RESERVE);
  }

  /** Half of its files would be taken for a loss at the next start. */
  @Test
  void aNewMemberWithoutRoomDoesNotBegin(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.usable(0).set(RESERVE - 1);
      assertThatThrownBy(() -> nodes.start(0))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("are free for the log in");
      nodes.usable(0).set(1L << 40);
      nodes.startAll();
      new Ask(nodes.node(0)).put("k", VALUE);
      nodes.stop(0);
      nodes.usable(0).set(RESERVE - 1);
      nodes.startAll(); // one that has data serves reads
      assertThat(new Ask(nodes.node(0)).get("k")).isEqualTo(VALUE);
    }
  }

  @Test
  void withoutRoomOnAMajorityOnlyWhatDeletesIsWritten(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.startAll();
      Ask on = new Ask(nodes.node(0));
      on.put("k", VALUE);
      on.put("gone", VALUE);
      nodes.usable(0).set(RESERVE - 1);
      nodes.usable(1).set(RESERVE - 1);
      awaitRefused(on);
      assertThat(on.get("k")).isEqualTo(VALUE);
      assertThat(on.delete("gone")).isTrue();
      assertThat(on.get("gone")).isNull();
      assertThat(nodes.node(0).notice()).contains("are free for the log in");
      assertThat(nodes.node(2).notice()).isNull();
      nodes.usable(0).set(1L << 40);
      awaitDone(on);
      assertThat(nodes.node(0).notice()).isNull();
    }
  }

  /** It is as if that node were away: it takes no entries, and catches up when it has room. */
  @Test
  void oneFullDiskStopsNothingAndItsNodeFollowsLater(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.startAll();
      int full = leader(nodes);
      nodes.usable(full).set(LogRoom.LAST_BYTES - 1);
      while (leader(nodes) == full) {
        LockSupport.parkNanos(10_000_000);
      }
      int leader = leader(nodes);
      Ask on = new Ask(nodes.node(full)); // the full one answers, through the leader
      long before = bytes(nodes.directory(full));
      for (int i = 0; i < 100; i++) {
        on.put("k" + i, VALUE);
      }
      assertThat(leader(nodes)).as("the leader").isEqualTo(leader);
      for (int i = 0; i < 100; i++) {
        assertThat(on.get("k" + i)).isEqualTo(VALUE);
      }
      assertThat(bytes(nodes.directory(full))).isEqualTo(before);
      nodes.usable(full).set(1L << 40);
      int third = 3 - full - leader;
      nodes.kill(third); // from now on the majority needs the one that was full
      for (int i = 0; i < 100; i++) {
        assertThat(on.get("k" + i)).isEqualTo(VALUE);
      }
      awaitDone(on);
    }
  }

  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> !file.toString().endsWith(".tmp")) // Ratis' vote on its way
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  private static int leader(Nodes nodes) {
    while (true) {
      for (int i : nodes.runningNodes()) {
        if (nodes.node(i).leads()) {
          return i;
        }
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static void awaitRefused(Ask on) throws Exception {
    boolean refused = false;
    while (!refused) {
      try {
        on.put("more", VALUE);
        LockSupport.parkNanos(10_000_000);
      } catch (Failure full) {
        assertThat(full.kind()).isEqualTo(Failure.Kind.STORAGE_FULL);
        refused = true;
      }
    }
    assertThatThrownBy(() -> on.increment("new", 1)).hasMessageContaining("expected: ");
  }

  private static void awaitDone(Ask on) throws Exception {
    while (true) {
      try {
        on.put("more", VALUE);
        return;
      } catch (Failure full) {
        assertThat(full.kind()).isEqualTo(Failure.Kind.STORAGE_FULL);
        LockSupport.parkNanos(10_000_000);
      }
    }
  }
}
