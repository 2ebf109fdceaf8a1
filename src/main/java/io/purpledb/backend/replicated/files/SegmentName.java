package io.purpledb.backend.replicated.files;

import io.purpledb.backend.replicated.raft.DamageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file of a member's log by its name, which Ratis gives it. Other files, such as somebody's copy
 * beside it, are none, whatever their names begin with.
 *
 * @param first the index of the first record
 * @param last the index of the last one; {@link #OPEN} while the file is written to
 */
public record SegmentName(Path file, long first, long last) {

  private static final long OPEN = Long.MAX_VALUE;

  private static final Pattern NAME = Pattern.compile("log_(?:(\\d+)-(\\d+)|inprogress_(\\d+))");

  /** The file as one of a log; empty when it is none. */
  public static Stream<SegmentName> of(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    if (!name.matches()) {
      return Stream.empty();
    }
    String open = name.group(3);
    try {
      return Stream.of(
          open == null
              ? new SegmentName(file, Long.parseLong(name.group(1)), Long.parseLong(name.group(2)))
              : new SegmentName(file, Long.parseLong(open), OPEN));
    } catch (NumberFormatException e) { // of too many digits
      return Stream.empty();
    }
  }

  /**
   * Makes sure that Ratis can read the numbers in the names of a directory's files: it would end
   * with an exception that names none.
   *
   * @param pattern of the names that Ratis takes for its own
   * @throws DamageException when a number is none that a record can have
   */
  static void requireNumbers(Path directory, Pattern pattern) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Matcher name = pattern.matcher(String.valueOf(file.getFileName()));
        if (name.matches() && !areNumbers(name)) {
          throw new DamageException(file, "its name has a number that no record has");
        }
      }
    }
  }

  static void requireNumbers(Path directory) throws IOException {
    requireNumbers(directory, NAME);
  }

  /** Whether all groups of a name that are there are numbers. */
  static boolean areNumbers(Matcher name) {
    try {
      for (int group = 1; group <= name.groupCount(); group++) {
        if (name.group(group) != null && Long.parseLong(name.group(group)) < 0) {
          return false;
        }
      }
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  boolean isOpen() {
    return last == OPEN;
  }
}
