package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.replicated.snapshot.SnapshotThreshold;
import io.purpledb.backend.replicated.snapshot.Snapshots;
import io.purpledb.backend.replicated.state.ReplicatedState;
import io.purpledb.backend.replicated.state.Replies;
import io.purpledb.engine.support.ChangeLog;
import java.io.File;
import java.nio.file.Path;
import java.time.InstantSource;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When snapshots are taken, and which are told. */
final class SnapshotsTest {

  private static final long NONE = RaftLog.INVALID_LOG_INDEX;

  private final ReplicatedState copy =
      new ReplicatedState(
          1 << 20,
          1 << 20,
          InstantSource.system(),
          () -> true,
          new Replies(1 << 20),
          ChangeLog.ofCopy(1 << 20));

  private final SimpleStateMachineStorage storage;

  SnapshotsTest(@TempDir Path directory) {
    storage =
        new SimpleStateMachineStorage() {
          @Override
          public File getSnapshotFile(long term, long index) {
            return directory.resolve(getSnapshotFileName(term, index)).toFile();
          }
        };
  }

  private static TermIndex at(long index) {
    return TermIndex.valueOf(1, index);
  }

  @Test
  void oneIsTakenAfterSoManyEntries() {
    Snapshots snapshots = new Snapshots(storage, new SnapshotThreshold(10, 1_000));
    snapshots.loaded(at(100));
    assertThat(taken(snapshots, 109)).isEqualTo(NONE);
    assertThat(taken(snapshots, 110)).isEqualTo(110);
    assertThat(taken(snapshots, 119)).isEqualTo(NONE);
    assertThat(taken(snapshots, 120)).isEqualTo(120);
  }

  @Test
  void oneIsTakenAfterSoManyBytes() {
    Snapshots snapshots = new Snapshots(storage, new SnapshotThreshold(10, 1_000));
    snapshots.loaded(at(100));
    snapshots.applied(999);
    assertThat(taken(snapshots, 101)).isEqualTo(NONE);
    snapshots.applied(1);
    assertThat(taken(snapshots, 102)).isEqualTo(102);
    snapshots.applied(999);
    assertThat(taken(snapshots, 103)).isEqualTo(NONE);
  }

  /** Ratis ends a node that tells it of an older one. */
  @Test
  void oneThatIsOlderThanWhatTheLeaderHasSentIsNotTold() {
    Snapshots snapshots = new Snapshots(storage, new SnapshotThreshold(1, 1_000));
    assertThat(snapshots.take(at(10), copy)).isEqualTo(NONE);
    snapshots.close();
    snapshots.loaded(at(50));
    assertThat(snapshots.take(at(51), copy)).isEqualTo(NONE);
    assertThat(taken(snapshots, 52)).isEqualTo(52);
  }

  private long taken(Snapshots snapshots, long index) {
    long taken = snapshots.take(at(index), copy);
    snapshots.close();
    return taken == NONE ? snapshots.take(at(index), copy) : taken;
  }
}
