package io.purpledb.backend.replicated.files;

import io.purpledb.backend.replicated.files.Segment.Found;
import io.purpledb.backend.replicated.raft.DamageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * The open file of a running member's log, as it was when it was last looked at. Ratis goes on
 * writing to a file that somebody removed, replaced or cut, and a next start would not find what
 * was written. Used by one thread.
 */
public final class LogInPlace {

  private static final String OPEN = "log_inprogress_";
  private static final String REMOVED = "it was removed under the running server";

  /** Of a file where the system has no keys. */
  private static final Object NO_KEY = "none";

  private final Path directory;
  private final int maxBytes;
  private final LongFunction<@Nullable TermIndex> known;
  private @Nullable Object directoryKey;
  private @Nullable Seen seen;

  /** How often in a row the file was nowhere: Ratis gives it another name when it is full. */
  private int looksWithout;

  /**
   * @param start the first record's index, which is in the file's name
   * @param key what identifies the file; null where the system has no such thing
   * @param first the first record, which Ratis may know before it is whole; null when it does not
   * @param last the last whole record; null when there was none
   * @param end where the next record begins
   */
  private record Seen(
      long start,
      @Nullable Object key,
      @Nullable TermIndex first,
      @Nullable Found last,
      long end) {}

  /**
   * What tells without reading whether anything was done to the log since a look that was whole.
   */
  private @Nullable List<Object> unchanged;

  /**
   * @param directory where the log is
   * @param maxBytes the largest entry that it may have
   * @param known which record with an index Ratis takes for its own; null when it has none
   */
  public LogInPlace(Path directory, int maxBytes, LongFunction<@Nullable TermIndex> known) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.known = known;
  }

  /**
   * Looks whether the log is where it was, and still has what it had.
   *
   * @throws DamageException when it has not
   */
  public void check() throws IOException {
    if (unchanged != null && unchanged.equals(marks())) {
      return; // a member at rest is looked at with two system calls
    }
    unchanged = null;
    List<Object> marks = marks();
    look();
    unchanged = looksWithout == 0 ? marks : null;
  }

  /** The directory and the open file: which they are, when they changed, how large they are. */
  private List<Object> marks() throws IOException {
    List<Object> marks = new ArrayList<>();
    Seen before = seen;
    List<Path> files =
        before == null
            ? List.of(directory)
            : List.of(directory, directory.resolve(OPEN + before.start()));
    for (Path file : files) {
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        Object key = found.fileKey();
        marks.add(key == null ? NO_KEY : key);
        marks.add(found.lastModifiedTime());
        marks.add(found.size());
      } catch (NoSuchFileException e) {
        marks.add(file);
      }
    }
    return marks;
  }

  private void look() throws IOException {
    try {
      checkDirectory();
      Seen before = seen;
      Optional<SegmentName> open =
          files().filter(SegmentName::isOpen).max(Comparator.comparingLong(SegmentName::first));
      if (before != null) {
        Path file =
            open.isPresent() && open.get().first() == before.start() ? open.get().file() : null;
        checkSame(before, file == null ? closed(before.start()) : file, open);
      }
      if (open.isPresent() && looksWithout == 0) {
        seen = look(open.get().file(), open.get().first(), seen);
      }
    } catch (NoSuchFileException e) {
      checkDirectory(); // else a file got another name meanwhile: the next look finds it
    }
  }

  private void checkDirectory() throws IOException {
    Object key;
    try {
      key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      throw new DamageException(directory, REMOVED);
    }
    if (directoryKey == null) {
      directoryKey = key;
    } else if (!directoryKey.equals(key)) {
      throw new DamageException(directory, "it was replaced under the running server");
    }
  }

  private void checkSame(Seen before, @Nullable Path file, Optional<SegmentName> open)
      throws IOException {
    if (file == null) {
      if (isDropped(before.first(), before.start()) || isPurged(before)) {
        seen = null;
        looksWithout = 0;
      } else if (++looksWithout > 1) {
        throw new DamageException(directory.resolve(OPEN + before.start()), REMOVED);
      }
      return;
    }
    looksWithout = 0;
    if (!Objects.equals(before.key(), key(file))) {
      missed(before.first(), before.start(), file, "it was replaced under the running server");
      return;
    }
    boolean isOpen =
        open.isPresent() && file.equals(open.get().file()); // a closed one may be cut by Ratis
    Found last = before.last();
    if (isOpen && last != null) {
      try (Segment segment = new Segment(file)) {
        if (!last.equals(segment.at(last.position(), maxBytes))) {
          missed(
              TermIndex.valueOf(last.term(), last.index()),
              last.index(),
              file,
              "it was cut or changed under the running server: record %d is gone"
                  .formatted(last.index()));
        }
      }
    }
  }

  private void missed(@Nullable TermIndex record, long index, Path file, String harm)
      throws DamageException {
    if (!isDropped(record, index)) {
      throw new DamageException(file, harm);
    }
    seen = null;
  }

  /**
   * What another leader has otherwise, Ratis itself cuts off. A file with nothing else it removes,
   * and may begin one of the same name. Asked after the file was looked at: Ratis lets go of a
   * record in its memory before it does so on the disk.
   *
   * @param record what was there; null when Ratis had no record with the index yet
   */
  private boolean isDropped(@Nullable TermIndex record, long index) {
    TermIndex now = known.apply(index);
    return now == null || (record != null && !record.equals(now));
  }

  /** Goes on from the last record that was seen; one that is being written is not whole yet. */
  private Seen look(Path file, long start, @Nullable Seen before) throws IOException {
    Object key = key(file);
    Seen same = before != null && before.start() == start ? before : null;
    Found last = same == null ? null : same.last();
    TermIndex first = same == null || last == null ? null : same.first();
    long end = same == null ? Segment.HEADER_BYTES : same.end();
    try (Segment segment = new Segment(file)) {
      for (Found f = segment.at(end, maxBytes); f != null; f = segment.at(end, maxBytes)) {
        if (first == null) {
          first = TermIndex.valueOf(f.term(), start);
        }
        last = f;
        end = f.end();
      }
    }
    return new Seen(start, key, first == null ? known.apply(start) : first, last, end);
  }

  /**
   * What a snapshot has, Ratis removes; all of it when another member has sent one. What it has not
   * follows in files without a gap, however many have become full since the last look.
   */
  private boolean isPurged(Seen before) throws IOException {
    OptionalLong oldest = files().mapToLong(SegmentName::first).min();
    if (oldest.isPresent()) {
      return oldest.getAsLong() > before.start() && isInSnapshot(oldest.getAsLong() - 1);
    }
    return isInSnapshot(before.last() == null ? before.start() - 1 : before.last().index());
  }

  private boolean isInSnapshot(long index) throws IOException {
    Path snapshots = directory.resolveSibling("sm");
    return Stored.latestSnapshot(snapshots).filter(file -> Stored.index(file) >= index).isPresent();
  }

  private @Nullable Path closed(long start) throws IOException {
    return files()
        .filter(named -> named.first() == start && !named.isOpen())
        .map(SegmentName::file)
        .findFirst()
        .orElse(null);
  }

  private Stream<SegmentName> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<SegmentName> found = files.flatMap(SegmentName::of).toList();
      return found.stream();
    }
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }
}
