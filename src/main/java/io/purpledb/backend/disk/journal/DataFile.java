package io.purpledb.backend.disk.journal;

import static io.purpledb.backend.disk.journal.Journal.BLOCK_BYTES;

import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.DiskFullException;
import io.purpledb.backend.disk.record.FileReads;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The database file itself, with the {@link Checksums} of its blocks: a block that is not what was
 * written is an error, never data.
 */
final class DataFile implements Closeable {

  private static final Logger LOG = System.getLogger(DataFile.class.getName());

  /** How many blocks are read at once at most. */
  private static final int RUN_BLOCKS = 64;

  private final String name;
  private final FileChannel file;
  private final AtomicLong damagedReads = new AtomicLong();
  private volatile @Nullable String firstDamage;
  private @Nullable Checksums sums;

  /** Whether there are no checksums yet. */
  private volatile boolean unchecked = true;

  DataFile(String name, FileChannel file) {
    this.name = name;
    this.file = file;
  }

  @Nullable FileLock tryLock(long position, long length, boolean shared) throws IOException {
    return file.tryLock(position, length, shared);
  }

  /**
   * From now on what is read is checked.
   *
   * @param fresh whether the checksums are still to be made, at the first {@link #write}
   */
  void check(Checksums checksums, boolean fresh) throws IOException {
    sums = checksums;
    if (!fresh) {
      checksums.open();
      unchecked = false;
    }
  }

  /** Whether there are no checksums yet. */
  boolean isUnchecked() {
    return unchecked;
  }

  /** The last record of its journal that the file is known to have, -1 if none is. */
  long settled() {
    Checksums known = sums;
    return known == null ? -1 : known.settled();
  }

  /** Says which records of its journal the file has; an older version did not. */
  void settled(long record) throws IOException {
    Checksums known = sums;
    if (known != null && !unchecked) {
      known.settled(record);
      known.force();
    }
  }

  long size() throws IOException {
    return file.size();
  }

  /**
   * Reads; holes and what is past the end are zero.
   *
   * @throws DamagedFileException when a block is not as it was written
   */
  void read(ByteBuffer target, long position, int bytes) throws IOException {
    for (int done = 0; done < bytes; ) {
      long at = position + done;
      int offset = (int) (at % BLOCK_BYTES);
      int part = Math.min(bytes - done, RUN_BLOCKS * BLOCK_BYTES - offset);
      int blocks = (offset + part + BLOCK_BYTES - 1) / BLOCK_BYTES;
      byte[] run = new byte[blocks * BLOCK_BYTES];
      FileReads.readFully(file, ByteBuffer.wrap(run), at - offset);
      check(at / BLOCK_BYTES, run);
      target.put(run, offset, part);
      done += part;
    }
  }

  private void check(long first, byte[] run) throws IOException {
    Checksums known = sums;
    if (unchecked || known == null) {
      return;
    }
    long damaged = known.damaged(first, run);
    if (damaged >= 0) {
      throw new DamagedFileException(
          name,
          "the %d bytes from %d on are not what was written (their checksum is wrong)"
              .formatted(BLOCK_BYTES, damaged * BLOCK_BYTES));
    }
  }

  /** Remembers and logs a damage that is certain. */
  void damaged(DamagedFileException damage) {
    long before = damagedReads.getAndIncrement();
    if (before == 0) {
      firstDamage = damage.getMessage();
    }
    if (Long.bitCount(before) <= 1) { // the 1st, 2nd, 3rd, 5th, 9th, 17th ... time
      LOG.log(
          Level.ERROR, "{0}; reads that failed by damage: {1}", damage.getMessage(), before + 1);
    }
  }

  /** What was found damaged, null when nothing was. */
  @Nullable String damage() {
    String first = firstDamage;
    return first == null
        ? null
        : "%s; %d reads failed by damage".formatted(first, damagedReads.get());
  }

  /**
   * Writes blocks and their checksums, durably.
   *
   * @param journal has those that are not in memory
   * @param bytes the size of the file with them
   * @throws DiskFullException and any part of them may be written
   */
  void write(Map<Long, Block> blocks, Journal journal, long bytes) throws IOException {
    try {
      writeAll(blocks, journal, bytes);
    } catch (IOException e) {
      throw DiskFullException.of(name, e);
    }
  }

  private void writeAll(Map<Long, Block> blocks, Journal journal, long bytes) throws IOException {
    Checksums known = sums;
    if (known == null) {
      throw new IOException(name + " is not locked");
    }
    new BlockWriter(file, journal).write(blocks);
    if (file.size() > bytes) {
      file.truncate(bytes);
    }
    file.force(true);
    if (unchecked) {
      known.create(file);
    } else {
      known.write(blocks);
      known.truncate(bytes);
    }
    known.settled(journal.lastNumber());
    known.force();
    unchecked = false;
  }

  @Override
  public void close() throws IOException {
    try (file) {
      if (sums != null) {
        sums.close();
      }
    }
  }
}
