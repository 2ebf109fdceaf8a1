package io.purpledb.backend.replicated.files;

import io.purpledb.backend.replicated.raft.DamageException;
import io.purpledb.backend.replicated.raft.RaftSettings;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * What a member has on disk: Ratis' files are looked through before Ratis uses them, and what they
 * must have is remembered beside them.
 */
public final class Stored implements Closeable {

  private final Path current;
  private final Path snapshots;
  private final Set<String> members;
  private final Vote vote;
  private volatile @Nullable AppliedMark mark;

  /**
   * @param data where Ratis keeps its files; what is remembered of them is lost with them
   * @param members the ids of all members
   */
  public Stored(Path data, Set<String> members) {
    this.current = data.resolve("current");
    this.snapshots = data.resolve("sm");
    this.members = members;
    this.vote = new Vote(current);
  }

  /**
   * The first part, before Ratis opens anything. The members are never changed, so Ratis' note of
   * them, which has no checksum, says nothing that the settings do not say: it is removed.
   *
   * @throws DamageException when the files are not as this member left them
   */
  public void check() throws IOException {
    vote.check();
    Files.deleteIfExists(current.resolve("raft-meta.conf"));
  }

  /**
   * The second part, when no other process can have the files and before Ratis opens the log.
   *
   * @throws DamageException when the files are not as this member left them
   */
  public void checkLocked() throws IOException {
    AppliedMark applied = AppliedMark.open(current);
    mark = applied;
    TermIndex snapshot = snapshot();
    LogSurvey log = new LogSurvey(current, members, RaftSettings.ENTRY_MAX.getSize());
    long term = log.run(snapshot.getIndex(), applied.last());
    vote.check(Math.max(term, snapshot.getTerm()));
    vote.remember();
  }

  /** Where the log is. */
  public Path directory() {
    return current;
  }

  /** An entry of the log is applied; called before that is told to anybody. */
  public void applied(long index) {
    AppliedMark opened = mark;
    if (opened != null) {
      opened.applied(index);
    }
  }

  /** This member may have voted, or knows a leader; called before its vote is told. */
  public void voted() {
    vote.remember();
  }

  @Override
  public void close() throws IOException {
    AppliedMark opened = mark;
    if (opened != null) {
      opened.close();
    }
  }

  /** The one that Ratis will load. Each has a checksum beside it, which was there before it. */
  private TermIndex snapshot() throws IOException {
    SegmentName.requireNumbers(snapshots, SimpleStateMachineStorage.SNAPSHOT_REGEX);
    Optional<Path> latest = latestSnapshot(snapshots);
    if (latest.isEmpty()) {
      return TermIndex.INITIAL_VALUE;
    }
    requireChecksum(latest.get());
    return SimpleStateMachineStorage.getTermIndexFromSnapshotFile(latest.get().toFile());
  }

  /** The newest snapshot in a directory; empty without any. */
  public static Optional<Path> latestSnapshot(Path snapshots) throws IOException {
    if (!Files.exists(snapshots)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(snapshots)) {
      return files.filter(Stored::isSnapshot).max(Comparator.comparingLong(Stored::index));
    }
  }

  private static void requireChecksum(Path snapshot) throws IOException {
    try {
      if (MD5FileUtil.readStoredMd5ForFile(snapshot.toFile()) == null) {
        throw new DamageException(
            MD5FileUtil.getDigestFileForFile(snapshot.toFile()).toPath(), "it is missing");
      }
    } catch (DamageException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // it throws both for what is no checksum
      throw new DamageException(MD5FileUtil.getDigestFileForFile(snapshot.toFile()).toPath(), e);
    }
  }

  private static boolean isSnapshot(Path file) {
    Matcher name =
        SimpleStateMachineStorage.SNAPSHOT_REGEX.matcher(String.valueOf(file.getFileName()));
    return name.matches() && SegmentName.areNumbers(name);
  }

  /** The last record that a snapshot has. */
  static long index(Path snapshot) {
    return SimpleStateMachineStorage.getTermIndexFromSnapshotFile(snapshot.toFile()).getIndex();
  }
}
