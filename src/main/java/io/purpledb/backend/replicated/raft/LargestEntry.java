package io.purpledb.backend.replicated.raft;

import io.purpledb.backend.FileReason;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The largest value that the log of this member may have: the largest {@code max-value-bytes} that
 * it ever had. Ratis reads no larger entry than its buffers are, so the setting may be lowered, but
 * the buffers may not while such an entry is there.
 */
public final class LargestEntry {

  private static final String FILE = "max-value-bytes";
  private static final int LARGEST_SETTING = 64 << 20;

  /** A key, a stamp and what is around them, with much to spare. */
  private static final int AROUND_BYTES = 1 << 20;

  private LargestEntry() {}

  /**
   * The bytes of the largest entry, once the setting of now is remembered.
   *
   * @param isNew whether there is no log yet
   * @throws StartFailure when the directory cannot be read or written
   */
  public static int remember(Path directory, int maxValueBytes, boolean isNew) {
    Path file = directory.resolve(FILE);
    try {
      int before = isNew ? 0 : read(file);
      if (maxValueBytes > before || isNew) {
        Path unfinished = directory.resolve(FILE + ".tmp");
        Files.writeString(unfinished, Integer.toString(maxValueBytes));
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return Math.max(before, maxValueBytes) + AROUND_BYTES;
    } catch (IOException e) {
      throw StartFailure.wrongSurroundings(
          "data-dir: %s cannot be used: %s (expected: a file to read and write)"
              .formatted(file, FileReason.of(e)),
          e);
    }
  }

  /** What cannot be read may have been the largest; so may what is missing. */
  private static int read(Path file) throws IOException {
    try {
      int found = Integer.parseInt(Files.readString(file).strip());
      return found < 0 || found > LARGEST_SETTING ? LARGEST_SETTING : found;
    } catch (NoSuchFileException | NumberFormatException | CharacterCodingException e) {
      return LARGEST_SETTING;
    }
  }
}
