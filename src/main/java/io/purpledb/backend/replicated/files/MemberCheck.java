package io.purpledb.backend.replicated.files;

import io.purpledb.backend.DataCheck;
import io.purpledb.backend.FileReason;
import io.purpledb.backend.replicated.raft.DamageException;
import io.purpledb.backend.replicated.raft.Group;
import io.purpledb.backend.replicated.raft.RaftSettings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.util.MD5FileUtil;

/**
 * Looks at the files of the members of a cluster in a data directory, changes nothing, and says
 * what is whole, what is damaged, and up to where records can be read.
 */
public final class MemberCheck {

  private static final String LOCK = "in_use.lock";

  private final Path directory;
  private final StringBuilder report = new StringBuilder();
  private boolean whole = true;
  private boolean inUse;

  private MemberCheck(Path directory) {
    this.directory = directory;
  }

  /** Looks at all members in the data directory of a server; there may be none. */
  public static DataCheck of(Path dataDir) {
    Path home = dataDir.resolve(Group.HOME);
    if (!Files.isDirectory(home)) {
      return new DataCheck(true, "");
    }
    DataCheck all = new DataCheck(true, "");
    try (Stream<Path> members = Files.list(home)) {
      for (Path member : members.filter(Files::isDirectory).sorted().toList()) {
        all = all.and(new MemberCheck(member).run());
      }
      return all;
    } catch (IOException e) {
      return new DataCheck(false, home + ": " + FileReason.of(e) + "\n");
    }
  }

  private DataCheck run() {
    try {
      Optional<String> members = Group.members(directory);
      if (members.isEmpty()) {
        line("cluster member %s: no data".formatted(directory.getFileName()));
      } else {
        line("cluster member %s of %s".formatted(directory.getFileName(), members.get()));
        data(Group.data(members.get(), directory), members.get());
      }
    } catch (IOException e) {
      damage(reason(e));
    }
    if (!whole) {
      line(
          "  put back what this member left there, or, while a majority of the other members has its"
              + " data, move the member's directory away: it then begins empty and gets all data"
              + " from them");
    }
    return new DataCheck(whole, inUse, report.toString());
  }

  private void data(Path data, String members) throws IOException {
    Path first = data.resolve(Group.STORED);
    if (!Files.exists(first)) {
      damage(first + " is missing (expected: it, beside the log of this member)");
    }
    if (!Files.isDirectory(data)) {
      return;
    }
    if (isInUse(data.resolve(LOCK))) {
      inUse = true;
      damage(data + " is in use (expected: no server on this directory)");
      return;
    }
    Path current = data.resolve("current");
    Vote vote = new Vote(current);
    try {
      vote.check();
    } catch (IOException e) {
      damage(reason(e));
    }
    long snapshot = snapshot(data.resolve("sm"));
    long applied = AppliedMark.read(current);
    line(
        applied == AppliedMark.NONE
            ? "  it is not known how far the log was applied"
            : "  the log was applied to record %d".formatted(applied));
    log(current, ids(members), snapshot, applied, vote);
  }

  private long snapshot(Path snapshots) {
    try {
      Optional<Path> latest = Stored.latestSnapshot(snapshots);
      if (latest.isEmpty()) {
        line("  no snapshot");
        return -1;
      }
      Path file = latest.get();
      MD5Hash stored = MD5FileUtil.readStoredMd5ForFile(file.toFile());
      if (!MD5FileUtil.computeMd5ForFile(file.toFile()).equals(stored)) {
        throw new DamageException(file, "it is not what its checksum says");
      }
      long index = Stored.index(file);
      line("  %s: to record %d, whole".formatted(file.getFileName(), index));
      return index;
    } catch (IOException | RuntimeException e) { // as for one that is no checksum
      damage(reason(e));
      return -1;
    }
  }

  private void log(Path current, Set<String> ids, long snapshot, long applied, Vote vote) {
    LogSurvey log = new LogSurvey(current, ids, RaftSettings.ENTRY_MAX.getSize());
    try {
      vote.check(log.look(snapshot, applied));
      line("  log: to record %d, whole".formatted(log.last()));
    } catch (IOException e) {
      damage(reason(e));
      line("  log: whole to record %d".formatted(log.last()));
    }
  }

  private static Set<String> ids(String members) {
    List<String> all = Arrays.asList(members.split(",", -1));
    return all.stream().map(Group::id).collect(Collectors.toSet());
  }

  private static boolean isInUse(Path lock) throws IOException {
    if (!Files.exists(lock)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock mine = channel.tryLock()) {
      return mine == null;
    } catch (OverlappingFileLockException e) { // by this process
      return true;
    }
  }

  private static String reason(Exception e) {
    return e instanceof DamageException ? String.valueOf(e.getMessage()) : e.toString();
  }

  private void damage(String text) {
    whole = false;
    line("  " + text);
  }

  private void line(String text) {
    report.append(text).append('\n');
  }
}
