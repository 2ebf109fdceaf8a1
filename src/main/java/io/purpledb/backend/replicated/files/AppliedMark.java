package io.purpledb.backend.replicated.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The file {@code applied}: how far this member's copy went, remembered apart from the log, so that
 * an opening notices when the end of the log is missing. What is applied is in the log, on disk,
 * and what was acknowledged is applied.
 *
 * <p>The file is not forced: after a power cut it may be too low, never too high; after the death
 * of the process alone it is exact. When it is missing or damaged itself, nothing is known.
 */
final class AppliedMark implements Closeable {

  /** Nothing is known to have been applied. */
  static final long NONE = -1;

  private static final Logger LOG = System.getLogger(AppliedMark.class.getName());
  private static final String NAME = "applied";

  /**
   * "PurpAppl": the second word is the first one with this, so that neither zeros nor a flip fit.
   */
  private static final long CHECK = 0x50757270_4170706cL;

  private static final int BYTES = 2 * Long.BYTES;

  private final RandomAccessFile file;
  private final byte[] bytes = new byte[BYTES];
  private long last;
  private boolean failed;

  private AppliedMark(RandomAccessFile file, long last) {
    this.file = file;
    this.last = last;
  }

  /** Opens the file in the directory of the log; makes it if it is not there. */
  static AppliedMark open(Path directory) throws IOException {
    long last = read(directory);
    return new AppliedMark(new RandomAccessFile(directory.resolve(NAME).toFile(), "rw"), last);
  }

  /** The last record that was applied, as the file in the directory of the log says. */
  static long read(Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    if (!Files.exists(path) || Files.size(path) == 0) {
      return NONE;
    }
    ByteBuffer found = ByteBuffer.wrap(Files.readAllBytes(path));
    if (found.limit() == BYTES && found.getLong(0) == (found.getLong(Long.BYTES) ^ CHECK)) {
      return found.getLong(0);
    }
    LOG.log(Level.WARNING, "cluster: {0} is damaged; it is written anew", path);
    return NONE;
  }

  /** The last record that was applied, by this run or the one before; {@link #NONE} if unknown. */
  synchronized long last() {
    return last;
  }

  /** A record is applied; its acknowledgement comes later. */
  synchronized void applied(long index) {
    if (index <= last) {
      return; // again, after a start
    }
    ByteBuffer.wrap(bytes).putLong(index).putLong(index ^ CHECK);
    try {
      file.seek(0);
      file.write(bytes);
      last = index;
      failed = false;
    } catch (IOException e) { // too low is no harm
      if (!failed) {
        LOG.log(Level.WARNING, "cluster: how far the log was applied cannot be remembered", e);
      }
      failed = true;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
