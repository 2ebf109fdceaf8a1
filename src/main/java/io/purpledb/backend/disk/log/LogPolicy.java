package io.purpledb.backend.disk.log;

import java.util.function.LongSupplier;

/**
 * How a database keeps its changes until a checkpoint.
 *
 * @param forcing whether a force reaches the device, or only the operating system
 * @param memory how much there may be, which bounds how long an opening takes, too
 * @param usableBytes the room that is left on the file system
 */
public record LogPolicy(boolean forcing, DiskMemory memory, LongSupplier usableBytes) {

  /** A checkpoint of so little is not worth its forces, however full the disk is. */
  private static final int LITTLE_BYTES = 256 << 10;

  /**
   * The least room on the disk, in lengths of the log, while a checkpoint can wait: it needs the
   * log's length in the journal, and again in the database file.
   */
  private static final int SPARE = 3;

  /** Whether a log is so long that a checkpoint is due. */
  public boolean isLong(long bytes) {
    return bytes > memory.log()
        || (bytes > LITTLE_BYTES && usableBytes.getAsLong() < SPARE * bytes);
  }

  /** How much of the file a log keeps at a checkpoint, to be written again. */
  public long keptBytes() {
    return usableBytes.getAsLong() < memory.log() ? 0 : memory.log();
  }
}
