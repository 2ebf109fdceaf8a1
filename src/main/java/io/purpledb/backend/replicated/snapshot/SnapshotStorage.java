package io.purpledb.backend.replicated.snapshot;

import java.io.IOException;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that there is no snapshot yet. Ratis asks for the latest one several times a write, and
 * its own storage lists the directory each time while there is none. Snapshots come in two ways
 * only, and both are told here: this node has taken one, or has got one of the leader and loads it.
 */
public final class SnapshotStorage extends SimpleStateMachineStorage {

  private volatile boolean none;

  /** There may be some from before the start. */
  private boolean mayHaveOld = true;

  @Override
  public @Nullable SingleFileSnapshotInfo getLatestSnapshot() {
    return none ? null : super.getLatestSnapshot();
  }

  // One at a time: who found none a moment ago must not hide one that has come since.
  @Override
  public synchronized @Nullable SingleFileSnapshotInfo loadLatestSnapshot() {
    SingleFileSnapshotInfo found = super.loadLatestSnapshot();
    none = found == null;
    return found;
  }

  @Override
  public synchronized SingleFileSnapshotInfo updateLatestSnapshot(SingleFileSnapshotInfo taken) {
    SingleFileSnapshotInfo latest = super.updateLatestSnapshot(taken);
    none = false;
    mayHaveOld = true;
    return latest;
  }

  /** Ratis calls it after each write, and would list the directory. */
  @Override
  public synchronized void cleanupOldSnapshots(SnapshotRetentionPolicy policy) throws IOException {
    if (mayHaveOld) {
      super.cleanupOldSnapshots(policy);
      mayHaveOld = false;
    }
  }
}
