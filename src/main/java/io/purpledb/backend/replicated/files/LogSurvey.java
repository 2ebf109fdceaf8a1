package io.purpledb.backend.replicated.files;

import io.purpledb.backend.replicated.raft.DamageException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Looks through the log before Ratis opens it, because Ratis takes a record that reaches beyond the
 * end of its file for one that was never finished, and cuts off all that follow. Here only what is
 * at the very end, and was not applied, is that.
 */
public final class LogSurvey {

  private static final Logger LOG = System.getLogger(LogSurvey.class.getName());

  private final Path directory;
  private final Set<String> members;
  private final long maxBytes;
  private boolean mayCut;
  private long last = -1;
  private long term;

  /**
   * @param directory where the segments are
   * @param members the ids of all members
   * @param maxBytes how large an entry may be
   */
  public LogSurvey(Path directory, Set<String> members, long maxBytes) {
    this.directory = directory;
    this.members = members;
    this.maxBytes = maxBytes;
  }

  /**
   * Compares the log with what must be in it, and cuts off a record that was not finished.
   *
   * @param snapshot the last record that the snapshot has; -1 without one
   * @param applied the last record that is known to have been applied; -1 when none is
   * @return the term of the last record; 0 without any
   * @throws DamageException when records are missing or are not what was written
   */
  long run(long snapshot, long applied) throws IOException {
    mayCut = true;
    return look(snapshot, applied);
  }

  /** The same, but a record that was not finished stays. */
  public long look(long snapshot, long applied) throws IOException {
    SegmentName.requireNumbers(directory);
    List<SegmentName> segments;
    try (Stream<Path> files = Files.list(directory)) {
      segments =
          new ArrayList<>(
              files
                  .flatMap(SegmentName::of)
                  .sorted(Comparator.comparingLong(SegmentName::first))
                  .toList());
    }
    last = segments.isEmpty() ? -1 : segments.get(0).first() - 1;
    if (last > snapshot) {
      throw missing(segments.get(0).file(), snapshot + 1, last);
    }
    for (SegmentName segment : segments) {
      if (segment.first() > last + 1) {
        throw missing(segment.file(), last + 1, segment.first() - 1);
      }
      if (segment.first() < last + 1) {
        throw new DamageException(
            segment.file(), "record %d is in another file, too".formatted(segment.first()));
      }
      read(segment, applied);
    }
    if (Math.max(last, snapshot) < applied) {
      throw new DamageException(
          segments.isEmpty() ? directory : segments.get(segments.size() - 1).file(),
          "the log ends with record %d, but record %d was acknowledged".formatted(last, applied));
    }
    return term;
  }

  /** The last whole record that was found; before the first one when there is none. */
  long last() {
    return last;
  }

  private void read(SegmentName named, long applied) throws IOException {
    Path file = named.file();
    long end = Segment.HEADER_BYTES;
    try (Segment segment = new Segment(file)) {
      if (!segment.hasHeader()) {
        requireUnused(named, segment);
        return;
      }
      Segment.Found found = segment.at(end, maxBytes);
      for (; found != null && last < named.last(); found = segment.at(end, maxBytes)) {
        check(file, segment, found);
        end = found.end();
      }
      if (last == named.last() || (named.isOpen() && segment.firstUsed(end) == Files.size(file))) {
        return;
      }
      requireUnfinished(named, segment, end, applied);
    }
    if (mayCut) {
      cut(file, end);
    }
  }

  /** What is no record must have been the last one, which nobody was told of. */
  private void requireUnfinished(SegmentName named, Segment segment, long end, long applied)
      throws IOException {
    if (!named.isOpen()) {
      throw unreadable(named.file(), end, "");
    }
    if (last < applied) {
      throw unreadable(named.file(), end, ", and it was acknowledged");
    }
    Segment.Found behind = segment.next(end + 1, last, maxBytes);
    if (behind != null) {
      throw unreadable(
          named.file(),
          end,
          ", but record %d at byte %d is".formatted(behind.index(), behind.position()));
    }
  }

  /** A file that was being made has no record yet, and nothing else. */
  private static void requireUnused(SegmentName named, Segment segment) throws IOException {
    long used = segment.firstUsed(0);
    if (!named.isOpen() || used < Files.size(named.file())) {
      throw new DamageException(named.file(), "it does not begin as a segment of the log");
    }
  }

  private void check(Path file, Segment segment, Segment.Found found) throws IOException {
    if (found.index() != last + 1 || found.term() < term) {
      throw new DamageException(
          file,
          "record %d of term %d at byte %d (expected: record %d of term %d or later)"
              .formatted(found.index(), found.term(), found.position(), last + 1, term));
    }
    if (found.term() > term) {
      requireMembers(file, segment.entry(found));
    }
    last = found.index();
    term = found.term();
  }

  /** Each term begins with the list of the members. */
  private void requireMembers(Path file, LogEntryProto entry) throws IOException {
    if (!entry.hasConfigurationEntry()) {
      return;
    }
    Set<String> found = new HashSet<>();
    for (RaftPeerProto peer : entry.getConfigurationEntry().getPeersList()) {
      found.add(RaftPeerId.valueOf(peer.getId()).toString());
    }
    if (!found.equals(members)) {
      throw new DamageException(file, "it is of the members %s, not %s".formatted(found, members));
    }
  }

  private DamageException unreadable(Path file, long position, String more) {
    return new DamageException(
        file, "record %d at byte %d is not what was written%s".formatted(last + 1, position, more));
  }

  private static DamageException missing(Path before, long first, long last) {
    return new DamageException(
        before, "the records %d to %d are missing before it".formatted(first, last));
  }

  private void cut(Path file, long end) throws IOException {
    LOG.log(
        Level.WARNING,
        "cluster: {0}: record {1,number,#} was not finished; the file is cut off at byte"
            + " {2,number,#}",
        file,
        last + 1,
        end);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(end);
      channel.force(true);
    }
  }
}
