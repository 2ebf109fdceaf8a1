package io.purpledb.backend.disk.journal;

import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.DiskFullException;
import io.purpledb.backend.disk.record.FileId;
import io.purpledb.backend.disk.record.RecordFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Records of blocks of a database file that count together. A record tells the size of the database
 * file with it, the size that the file has at least before any record, and the blocks, each with
 * its number.
 */
final class Journal implements Closeable {

  /** The unit of H2's writes. */
  static final int BLOCK_BYTES = 4096;

  static final int SIZES_BYTES = RecordFile.BEFORE_BYTES;
  private static final int ENTRY_BYTES = Long.BYTES + BLOCK_BYTES;

  private final FileId id;
  private final RecordFile records;
  private long forgotten;

  Journal(FileChannel file, FileId id) {
    this.id = id;
    records = new RecordFile(file, id);
  }

  /** The bytes in use. */
  long bytes() {
    return records.bytes();
  }

  /**
   * Reads the records from the beginning into a map of blocks, newer over older: where they are.
   *
   * @param fresh whether the journal may be new
   * @param promised the number of the last record that must be there
   * @param databaseBytes the size of the database file
   * @return the size of the database file after the last record, {@code databaseBytes} without one
   * @throws DamagedFileException when a record is missing, or a part of the database file
   */
  long replay(boolean fresh, long promised, long databaseBytes, Map<Long, Block> blocks)
      throws IOException {
    records.open(fresh, promised);
    forgotten = records.lastNumber();
    long size = databaseBytes;
    long leastBytes = 0;
    for (ByteBuffer record = records.next(); record != null; record = records.next()) {
      long fileBytes = record.getLong();
      leastBytes = record.getLong();
      size = record.hasRemaining() ? fileBytes : Math.max(size, fileBytes);
      byte[] block = new byte[BLOCK_BYTES];
      while (record.hasRemaining()) {
        long number = record.getLong();
        long at = records.lastContent() + record.position();
        record.get(block);
        blocks.put(number, Block.inJournal(block, at, false));
      }
    }
    if (databaseBytes < leastBytes) {
      throw new DamagedFileException(
          id.name(),
          "the database file has %d bytes (expected: at least %d)"
              .formatted(databaseBytes, leastBytes));
    }
    return size;
  }

  /**
   * Writes blocks that belong to the next record before there is one. They count when it is
   * appended; of two with the same number the later one.
   *
   * @param isKept whether the blocks stay in memory, too
   * @return them in their order, for {@link Block#read}
   * @throws DiskFullException when there is no room; those that were written before are still there
   */
  Map<Long, Block> writeAhead(Map<Long, byte[]> blocks, boolean isKept) throws IOException {
    long at =
        records.writeAhead(
            (long) blocks.size() * ENTRY_BYTES,
            out -> {
              for (Map.Entry<Long, byte[]> block : blocks.entrySet()) {
                out.putLong(block.getKey());
                out.put(block.getValue());
              }
            });
    Map<Long, Block> written = new LinkedHashMap<>();
    for (Map.Entry<Long, byte[]> block : blocks.entrySet()) {
      written.put(block.getKey(), Block.inJournal(block.getValue(), at + Long.BYTES, isKept));
      at += ENTRY_BYTES;
    }
    return written;
  }

  /** Whether blocks are written that belong to no record yet. */
  boolean isAhead() {
    return records.isAhead();
  }

  /** What is at the place of a block. Safe for use by many threads. */
  byte[] block(long position) throws IOException {
    return records.read(position, BLOCK_BYTES);
  }

  /** Says that a block is not what was written. */
  DamagedFileException damaged(long position) {
    return new DamagedFileException(
        id.name(),
        "the %d bytes from %d on are not what was written (their checksum is wrong)"
            .formatted(BLOCK_BYTES, position));
  }

  /**
   * Appends a record of the blocks that were written ahead and of some more; the operating system
   * has it afterwards. A record without blocks only tells what the database file has at least.
   *
   * @param fileBytes the size of the database file with this record
   * @param leastBytes the size that the database file has at least before any record
   */
  void append(long fileBytes, long leastBytes, Map<Long, byte[]> blocks) throws IOException {
    if (!blocks.isEmpty()) {
      writeAhead(blocks, false);
    }
    ByteBuffer sizes = ByteBuffer.allocate(SIZES_BYTES);
    records.appendAhead(sizes.putLong(fileBytes).putLong(leastBytes).flip());
  }

  /** The number of the last record that was forgotten before {@link #replay}. */
  long forgotten() {
    return forgotten;
  }

  /** The number of the last record. */
  long lastNumber() {
    return records.lastNumber();
  }

  /** Whether nothing can be appended before a {@link #restart}. */
  boolean endsInGap() {
    return records.endsInGap();
  }

  /** Makes the records that were read durable once more; see {@link RecordFile#rewrite}. */
  void rewrite() throws IOException {
    records.rewrite();
  }

  /** The device has all records afterwards. */
  void force() throws IOException {
    records.force();
  }

  /**
   * Forgets all records, and what was written ahead; only when the database file has them durably.
   */
  void restart(long keepBytes) throws IOException {
    records.restart(keepBytes);
  }

  /** Gives back what of the file is not in use, but for some bytes. */
  void trim(long keepBytes) throws IOException {
    records.trim(keepBytes);
  }

  @Override
  public void close() throws IOException {
    records.close();
  }
}
