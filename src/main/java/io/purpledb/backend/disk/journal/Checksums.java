package io.purpledb.backend.disk.journal;

import static io.purpledb.backend.disk.journal.Journal.BLOCK_BYTES;

import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.FileId;
import io.purpledb.backend.disk.record.FileReads;
import io.purpledb.backend.disk.record.Slots;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The file {@code kv.sums}: a checksum for each block of a database file, so that a block that is
 * not what was written is never taken for data. A block of zeros, as in holes and past the end, has
 * the checksum 0.
 */
final class Checksums implements Closeable {

  private static final byte[] ZEROS = new byte[BLOCK_BYTES];
  private static final int ZEROS_CRC = crc(ZEROS, 0);
  private static final int BUFFER_BLOCKS = 4096;

  private final FileChannel file;
  private final FileId id;
  private final Slots slots;

  /** The last record of the journal that the database file has, -1 if that is not known. */
  private long settled = -1;

  Checksums(FileChannel file, FileId id) {
    this.file = file;
    this.id = id;
    this.slots = new Slots(file, id.name());
  }

  /**
   * Begins to use the file.
   *
   * @throws DamagedFileException when it is of another database
   */
  void open() throws IOException {
    Slots.Slot slot = slots.read();
    id.check(slot.id());
    settled = slot.numbers().isEmpty() ? -1 : slot.numbers().get(0);
  }

  /** The last record of the journal that the database file is known to have, -1 if none is. */
  long settled() {
    return settled;
  }

  /** The database file has the records of the journal up to one, durably. */
  void settled(long record) throws IOException {
    slots.write(id, List.of(record));
    settled = record;
  }

  /** Makes the file for a database file as it is. */
  void create(FileChannel database) throws IOException {
    file.truncate(0);
    slots.writeBoth(id, List.of());
    long blocks = (database.size() + BLOCK_BYTES - 1) / BLOCK_BYTES;
    ByteBuffer sums = ByteBuffer.allocate(BUFFER_BLOCKS * Integer.BYTES);
    for (long first = 0; first < blocks; first += BUFFER_BLOCKS) {
      sums.clear();
      for (long block = first; block < Math.min(blocks, first + BUFFER_BLOCKS); block++) {
        byte[] content = new byte[BLOCK_BYTES];
        FileReads.readFully(database, ByteBuffer.wrap(content), block * BLOCK_BYTES);
        sums.putInt(sum(content, 0));
      }
      write(sums.flip(), first);
    }
  }

  /** Writes those of some blocks, neighbours together. */
  void write(Map<Long, Block> blocks) throws IOException {
    ByteBuffer run = ByteBuffer.allocate(BUFFER_BLOCKS * Integer.BYTES);
    long runStart = 0;
    for (Map.Entry<Long, Block> block : new TreeMap<>(blocks).entrySet()) {
      long number = block.getKey();
      if (!run.hasRemaining() || number != runStart + run.position() / Integer.BYTES) {
        write(run.flip(), runStart);
        run.clear();
        runStart = number;
      }
      run.putInt(block.getValue().sum());
    }
    write(run.flip(), runStart);
  }

  /** Forgets those of the blocks that a file of a size does not have. */
  void truncate(long databaseBytes) throws IOException {
    long bytes = position((databaseBytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
    if (file.size() > bytes) {
      file.truncate(bytes);
    }
  }

  /**
   * Compares blocks with what was written.
   *
   * @param blocks whole ones
   * @return the number of the first block that is not as it was written, -1 when all are
   */
  long damaged(long first, byte[] blocks) throws IOException {
    int count = blocks.length / BLOCK_BYTES;
    ByteBuffer sums = ByteBuffer.allocate(count * Integer.BYTES);
    FileReads.readFully(file, sums, position(first));
    for (int i = 0; i < count; i++) {
      if (sums.getInt(i * Integer.BYTES) != sum(blocks, i * BLOCK_BYTES)) {
        return first + i;
      }
    }
    return -1;
  }

  void force() throws IOException {
    file.force(false);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void write(ByteBuffer sums, long first) throws IOException {
    while (sums.hasRemaining()) {
      file.write(sums, position(first) + sums.position());
    }
  }

  private static long position(long block) {
    return Slots.BYTES + block * Integer.BYTES;
  }

  /** What is kept of a block. */
  static int sum(byte[] content, int offset) {
    return crc(content, offset) ^ ZEROS_CRC;
  }

  private static int crc(byte[] content, int offset) {
    CRC32C crc = new CRC32C();
    crc.update(content, offset, BLOCK_BYTES);
    return (int) crc.getValue();
  }
}
