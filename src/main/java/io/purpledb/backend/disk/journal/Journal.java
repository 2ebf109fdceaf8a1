package io.purpledb.backend.disk.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;

/**
 * Records of blocks of a database file that count together. A record tells the size of the database
 * file with it, the size that the file has at least before any record, and the blocks, each with
 * its number.
 */
final class Journal implements Closeable {

  /** The unit of H2's writes. */
  static final int BLOCK_BYTES = 4096;

  static final int SIZES_BYTES = 2 * Long.BYTES;
  private static final int ENTRY_BYTES = Long.BYTES + BLOCK_BYTES;

  private final FileId id;
  private final RecordFile records;

  Journal(FileChannel file, FileId id) {
    this.id = id;
    records = new RecordFile(file, id);
  }

  /** The bytes in use. */
  long bytes() {
    return records.bytes();
  }

  /**
   * Reads the records from the beginning into a map of blocks, newer over older.
   *
   * @param fresh whether the journal may be new
   * @param promised the number of the last record that must be there
   * @param databaseBytes the size of the database file
   * @return the size of the database file after the last record, {@code databaseBytes} without one
   * @throws DamagedFileException when a record is missing, or a part of the database file
   */
  long replay(boolean fresh, long promised, long databaseBytes, Map<Long, byte[]> blocks)
      throws IOException {
    records.open(fresh, promised);
    long size = databaseBytes;
    long leastBytes = 0;
    for (ByteBuffer record = records.next(); record != null; record = records.next()) {
      long fileBytes = record.getLong();
      leastBytes = record.getLong();
      size = record.hasRemaining() ? fileBytes : Math.max(size, fileBytes);
      while (record.hasRemaining()) {
        long number = record.getLong();
        byte[] block = new byte[BLOCK_BYTES];
        record.get(block);
        blocks.put(number, block);
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
   * Appends a record; the operating system has it afterwards. A record without blocks only tells
   * what the database file has at least.
   *
   * @param fileBytes the size of the database file with this record
   * @param leastBytes the size that the database file has at least before any record
   */
  void append(long fileBytes, long leastBytes, Map<Long, byte[]> blocks) throws IOException {
    records.append(
        SIZES_BYTES + (long) blocks.size() * ENTRY_BYTES,
        out -> {
          out.putLong(fileBytes);
          out.putLong(leastBytes);
          for (Map.Entry<Long, byte[]> block : blocks.entrySet()) {
            out.putLong(block.getKey());
            out.put(block.getValue());
          }
        });
  }

  /** The number of the last record. */
  long lastNumber() {
    return records.lastNumber();
  }

  /** Whether nothing can be appended before a {@link #restart}. */
  boolean endsInGap() {
    return records.endsInGap();
  }

  /** Makes the records that were read safe once more; see {@link RecordFile#rewrite}. */
  void rewrite() throws IOException {
    records.rewrite();
  }

  /** The device has all records afterwards. */
  void force() throws IOException {
    records.force();
  }

  /** Forgets all records; only when the database file has them safely. */
  void restart(long keepBytes) throws IOException {
    records.restart(keepBytes);
  }

  @Override
  public void close() throws IOException {
    records.close();
  }
}
