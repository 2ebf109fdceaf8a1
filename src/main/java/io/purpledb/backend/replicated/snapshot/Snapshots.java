package io.purpledb.backend.replicated.snapshot;

import io.purpledb.backend.replicated.state.ReplicatedState;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots beside the writes: the thread that applies the log only copies references, and is
 * told of the snapshot when it asks again after the file is on disk.
 */
public final class Snapshots {

  private static final Logger LOG = System.getLogger(Snapshots.class.getName());

  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(10);

  private final SimpleStateMachineStorage storage;
  private final SnapshotThreshold threshold;
  private long notBefore = System.nanoTime();
  private @Nullable CompletableFuture<Long> writing;

  /** The last entry that the latest snapshot has, or the one that is being written. */
  private long last = RaftLog.INVALID_LOG_INDEX;

  /** Whether the leader has sent a later one than the one that is being written. */
  private boolean isOvertaken;

  /** What is in the log behind that, in bytes. */
  private long bytes;

  /** The same before the snapshot that is being written. */
  private Progress before = new Progress(last, bytes);

  private record Progress(long last, long bytes) {}

  public Snapshots(SimpleStateMachineStorage storage, SnapshotThreshold threshold) {
    this.storage = storage;
    this.threshold = threshold;
  }

  /** An entry of the log is applied. */
  public void applied(int entryBytes) {
    bytes += entryBytes;
  }

  /** What a snapshot has is the copy now; one that is being written is older. */
  public void loaded(TermIndex applied) {
    begun(applied);
    isOvertaken = writing != null;
  }

  private void begun(TermIndex applied) {
    last = applied.getIndex();
    bytes = 0;
  }

  /**
   * Begins a snapshot when it is time for one, or ends one that was begun.
   *
   * @param applied the last write that the copy has
   * @return the index of the last write that a finished snapshot has; Ratis asks again while there
   *     is none
   */
  public long take(TermIndex applied, ReplicatedState copy) {
    if (writing == null) {
      if (!threshold.isReached(applied.getIndex() - last, bytes)
          || System.nanoTime() - notBefore < 0) {
        return RaftLog.INVALID_LOG_INDEX;
      }
      ReplicatedState.Image image = copy.image();
      before = new Progress(last, bytes);
      begun(applied);
      writing = CompletableFuture.supplyAsync(() -> write(applied, image), this::run);
    }
    if (!writing.isDone()) {
      return RaftLog.INVALID_LOG_INDEX;
    }
    long index = writing.join();
    writing = null;
    if (isOvertaken) { // Ratis ends a node whose snapshots become older
      isOvertaken = false;
      return RaftLog.INVALID_LOG_INDEX;
    }
    if (index == RaftLog.INVALID_LOG_INDEX) {
      notBefore = System.nanoTime() + PAUSE_AFTER_FAILURE.toNanos();
      last = before.last;
      bytes += before.bytes;
    }
    return index;
  }

  /** Waits for a snapshot that is being written. */
  public void close() {
    if (writing != null) {
      writing.join();
    }
  }

  private void run(Runnable task) {
    Thread thread = new Thread(task, "purple-snapshot");
    thread.setDaemon(true);
    thread.start();
  }

  /** The checksum file comes first: a snapshot without it could not be sent to another node. */
  private long write(TermIndex applied, ReplicatedState.Image image) {
    Path file = storage.getSnapshotFile(applied.getTerm(), applied.getIndex()).toPath();
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      SnapshotFile.write(unfinished, image);
      MD5Hash digest = MD5FileUtil.computeMd5ForFile(unfinished.toFile());
      MD5FileUtil.saveMD5File(file.toFile(), digest);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      storage.updateLatestSnapshot(
          new SingleFileSnapshotInfo(
              new FileInfo(file, digest), applied.getTerm(), applied.getIndex()));
      return applied.getIndex();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "no snapshot of the data could be written to {0}: {1}", file, e);
      remove(unfinished);
      return RaftLog.INVALID_LOG_INDEX;
    }
  }

  /** Its room is needed. */
  private static void remove(Path unfinished) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the next snapshot of the same name replaces it", e);
    }
  }
}
