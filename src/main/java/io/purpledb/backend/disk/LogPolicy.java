package io.purpledb.backend.disk;

import java.util.function.LongSupplier;

/**
 * How a log is kept.
 *
 * @param forcing whether what is safe is on the device, or only with the operating system
 * @param maxBytes how long it may become, which bounds how long an opening takes
 * @param usableBytes the room that is left on the file system
 */
record LogPolicy(boolean forcing, long maxBytes, LongSupplier usableBytes) {

  /** A checkpoint of so little is not worth its forces, however full the disk is. */
  private static final int LITTLE_BYTES = 256 << 10;

  /**
   * The least room on the disk, in lengths of the log, while a checkpoint can wait: it needs the
   * log's length in the journal, and again in the database file.
   */
  private static final int SPARE = 3;

  /** Whether a log is so long that a checkpoint is due. */
  boolean isLong(long bytes) {
    return bytes > maxBytes || (bytes > LITTLE_BYTES && usableBytes.getAsLong() < SPARE * bytes);
  }

  /** How much of the file a log keeps at a checkpoint, to be written again. */
  long keptBytes() {
    return usableBytes.getAsLong() < maxBytes ? 0 : maxBytes;
  }
}
