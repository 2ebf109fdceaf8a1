package io.purpledb.backend.disk.record;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What a file is, so that none is taken for another: the data set that it belongs to, a random
 * number that all files of one database share, and its name in it.
 *
 * @param name such as {@code kv.redo}, of at most 64 bytes
 */
public record FileId(long dataSet, String name) {

  private static final int MAX_BYTES = 64;

  public FileId {
    if (name.getBytes(UTF_8).length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "%s (expected: at most %d bytes)".formatted(name, MAX_BYTES));
    }
  }

  /** Refuses a file that says to be another. */
  public void check(FileId found) throws DamagedFileException {
    if (!equals(found)) {
      throw new DamagedFileException(name, "it is %s (expected: %s)".formatted(found, this));
    }
  }

  @Override
  public String toString() {
    return "%s of data set %016x".formatted(name, dataSet);
  }
}
