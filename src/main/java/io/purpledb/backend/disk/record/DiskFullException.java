package io.purpledb.backend.disk.record;

import java.io.IOException;
import java.util.List;

/**
 * There was no room for a write: the file system or a quota is full, or the file system has become
 * read-only. What was there before is as it was.
 */
public final class DiskFullException extends IOException {

  /** What operating systems say, in the languages that a JVM passes on: that of the C locale. */
  private static final String READ_ONLY = "Read-only file system";

  private static final List<String> REASONS =
      List.of(
          "No space left on device",
          "Disk quota exceeded",
          "Quota exceeded",
          "File too large",
          READ_ONLY,
          "There is not enough space on the disk");

  private static final long serialVersionUID = 1;

  /**
   * @param file the name of the file that was written to
   */
  public DiskFullException(String file, String reason, IOException cause) {
    super(file + ": " + reason, cause);
  }

  /** Whether nothing can be written at all, deletions neither. */
  public boolean isReadOnly() {
    return String.valueOf(getMessage()).contains(READ_ONLY);
  }

  /** The exception as one of these if that is what it means, else as it is. */
  public static IOException of(String file, IOException e) {
    String text = String.valueOf(e.getMessage());
    return REASONS.stream()
        .filter(text::contains)
        .findFirst()
        .<IOException>map(reason -> new DiskFullException(file, reason, e))
        .orElse(e);
  }
}
