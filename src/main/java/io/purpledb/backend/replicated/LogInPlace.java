package io.purpledb.backend.replicated;

import io.purpledb.backend.replicated.Segment.Found;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The open file of a running member's log, as it was when it was last looked at. Ratis goes on
 * writing to a file that somebody removed, replaced or cut, and a next start would not find what
 * was written. Used by one thread.
 */
final class LogInPlace {

  private static final String OPEN = "log_inprogress_";

  /** Of a file where the system has no keys. */
  private static final Object NO_KEY = "none";

  private final Path directory;
  private final int maxBytes;
  private @Nullable Object directoryKey;
  private @Nullable Seen seen;

  /** How often in a row the file was nowhere: Ratis gives it another name when it is full. */
  private int looksWithout;

  /**
   * @param start the first record's index, which is in the file's name
   * @param key what identifies the file; null where the system has no such thing
   * @param last the last whole record; null when there was none
   * @param end where the next record begins
   */
  private record Seen(long start, @Nullable Object key, @Nullable Found last, long end) {}

  /**
   * What tells without reading whether anything was done to the log since a look that was whole.
   */
  private @Nullable List<Object> unchanged;

  /**
   * @param directory where the log is
   * @param maxBytes the largest entry that it may have
   */
  LogInPlace(Path directory, int maxBytes) {
    this.directory = directory;
    this.maxBytes = maxBytes;
  }

  /**
   * Looks whether the log is where it was, and still has what it had.
   *
   * @throws DamageException when it has not
   */
  void check() throws IOException {
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
      throw new DamageException(directory, "it was removed under the running server");
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
      if (isPurged(before)) {
        seen = null;
        looksWithout = 0;
      } else if (++looksWithout > 1) {
        throw new DamageException(
            directory.resolve(OPEN + before.start()), "it was removed under the running server");
      }
      return;
    }
    looksWithout = 0;
    if (!Objects.equals(before.key(), key(file))) {
      throw new DamageException(file, "it was replaced under the running server");
    }
    boolean isOpen =
        open.isPresent() && file.equals(open.get().file()); // a closed one may be cut by Ratis
    if (isOpen && before.last() != null) {
      try (Segment segment = new Segment(file)) {
        if (!before.last().equals(segment.at(before.last().position(), maxBytes))) {
          throw new DamageException(
              file,
              "it was cut or changed under the running server: record %d is gone"
                  .formatted(before.last().index()));
        }
      }
    }
  }

  /** Goes on from the last record that was seen; one that is being written is not whole yet. */
  private Seen look(Path file, long start, @Nullable Seen before) throws IOException {
    Object key = key(file);
    Seen same = before != null && before.start() == start ? before : null;
    Found last = same == null ? null : same.last();
    long end = same == null ? Segment.HEADER_BYTES : same.end();
    try (Segment segment = new Segment(file)) {
      for (Found f = segment.at(end, maxBytes); f != null; f = segment.at(end, maxBytes)) {
        last = f;
        end = f.end();
      }
    }
    return new Seen(start, key, last, end);
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
