package io.purpledb.backend.disk.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of records, each a set of blocks that count together or not at all. A record is a head,
 * its blocks each with its number, and a checksum. It counts when it is whole and its number
 * follows its predecessor's. After {@link #restart} space is used again from the beginning; the
 * numbers go on, so what is left of older records is never taken for newer ones.
 */
final class Journal implements Closeable {

  /** The unit of H2's writes. */
  static final int BLOCK_BYTES = 4096;

  private static final long MAGIC = 0x507572706c654a31L; // "PurpleJ1"
  private static final int HEAD_BYTES = 5 * Long.BYTES;
  private static final int ENTRY_BYTES = Long.BYTES + BLOCK_BYTES;
  private static final int CHECKSUM_BYTES = Long.BYTES;
  private static final int BUFFER_BYTES = 64 * ENTRY_BYTES;

  private final FileChannel file;
  private final CRC32C checksum = new CRC32C();
  private long position;
  private long lastNumber;

  Journal(FileChannel file) {
    this.file = file;
  }

  /**
   * The head of a record.
   *
   * @param number one more than the predecessor's
   * @param fileBytes the size of the database file with this record
   * @param leastBytes the size that the database file has at least before any record
   * @param blocks how many blocks follow
   */
  private record Head(long number, long fileBytes, long leastBytes, long blocks) {

    long bytes() {
      return HEAD_BYTES + blocks * ENTRY_BYTES + CHECKSUM_BYTES;
    }
  }

  /** The bytes in use. */
  long bytes() {
    return position;
  }

  /**
   * Reads the records from the beginning into a map of blocks, newer over older.
   *
   * @param databaseBytes the size of the database file
   * @return the size of the database file after the last record, {@code databaseBytes} without one
   * @throws DamagedFileException when a part of the database file is missing
   */
  long replay(long databaseBytes, Map<Long, byte[]> blocks) throws IOException {
    long size = databaseBytes;
    long leastBytes = 0;
    for (Head head = readHead(); head != null; head = readHead()) {
      Map<Long, byte[]> read = readBlocks(head);
      if (read == null) {
        break;
      }
      blocks.putAll(read);
      size = head.blocks() == 0 ? Math.max(size, head.fileBytes()) : head.fileBytes();
      leastBytes = head.leastBytes();
      lastNumber = head.number();
      position += head.bytes();
    }
    if (databaseBytes < leastBytes) {
      throw new DamagedFileException(
          "%d bytes (expected: at least %d)".formatted(databaseBytes, leastBytes));
    }
    return size;
  }

  /**
   * Appends a record; the operating system has it afterwards. Parameters as in the head; a record
   * without blocks only tells what the database file has at least.
   */
  void append(long fileBytes, long leastBytes, Map<Long, byte[]> blocks) throws IOException {
    checksum.reset();
    ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
    out.putLong(MAGIC).putLong(++lastNumber).putLong(fileBytes).putLong(leastBytes);
    out.putLong(blocks.size());
    for (Map.Entry<Long, byte[]> block : blocks.entrySet()) {
      if (out.remaining() < ENTRY_BYTES) {
        write(out);
      }
      out.putLong(block.getKey()).put(block.getValue());
    }
    write(out);
    write(out.putLong(checksum.getValue()));
  }

  /** The device has all records afterwards. */
  void force() throws IOException {
    file.force(false);
  }

  /**
   * Forgets all records; only when the database file has them safely. The device knows it before a
   * newer record overwrites any: a part of the older ones must not be replayed.
   */
  void restart(long keepBytes) throws IOException {
    if (file.size() > keepBytes) {
      file.truncate(keepBytes);
    }
    ByteBuffer none = ByteBuffer.allocate((int) Math.min(HEAD_BYTES, keepBytes));
    while (none.hasRemaining()) {
      file.write(none, none.position());
    }
    force();
    position = 0;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private @Nullable Head readHead() throws IOException {
    if (file.size() - position < HEAD_BYTES + CHECKSUM_BYTES) {
      return null;
    }
    checksum.reset();
    ByteBuffer in = read(position, HEAD_BYTES);
    if (in.getLong() != MAGIC) {
      return null;
    }
    Head head = new Head(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    boolean follows = position == 0 || head.number() == lastNumber + 1;
    boolean fits = head.blocks() >= 0 && head.blocks() <= file.size() / ENTRY_BYTES;
    return follows && fits && head.bytes() <= file.size() - position ? head : null;
  }

  /** The blocks of a record, null when the record is not whole. */
  private @Nullable Map<Long, byte[]> readBlocks(Head head) throws IOException {
    Map<Long, byte[]> blocks = new HashMap<>();
    long at = position + HEAD_BYTES;
    for (long i = 0; i < head.blocks(); i++, at += ENTRY_BYTES) {
      ByteBuffer in = read(at, ENTRY_BYTES);
      byte[] block = new byte[BLOCK_BYTES];
      long number = in.getLong();
      in.get(block);
      blocks.put(number, block);
    }
    long expected = checksum.getValue();
    return read(at, CHECKSUM_BYTES).getLong() == expected ? blocks : null;
  }

  private ByteBuffer read(long at, int bytes) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(bytes);
    while (in.hasRemaining()) {
      if (file.read(in, at + in.position()) < 0) {
        throw new IOException("the journal ends at byte %d while it is read".formatted(at));
      }
    }
    checksum.update(in.flip());
    return in.rewind();
  }

  private void write(ByteBuffer out) throws IOException {
    out.flip();
    checksum.update(out);
    out.rewind();
    while (out.hasRemaining()) {
      position += file.write(out, position);
    }
    out.clear();
  }
}
