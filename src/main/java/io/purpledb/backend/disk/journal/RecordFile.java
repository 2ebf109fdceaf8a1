package io.purpledb.backend.disk.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of records that count whole or not at all. A record is a head, its content, and a
 * checksum. It counts when it is whole and its number follows its predecessor's. After {@link
 * #restart} space is used again from the beginning; the numbers go on, so what is left of older
 * records is never taken for newer ones.
 */
public final class RecordFile implements Closeable {

  private static final long MAGIC = 0x507572706c655231L; // "PurpleR1"
  private static final int HEAD_BYTES = 3 * Long.BYTES; // magic, number, size of the content
  private static final int CHECKSUM_BYTES = Long.BYTES;
  private static final int BUFFER_BYTES = 256 << 10;

  private final FileChannel file;
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long position;
  private long lastNumber;

  public RecordFile(FileChannel file) {
    this.file = file;
  }

  /** What a record contains. */
  @FunctionalInterface
  public interface Content {

    /** Writes as many bytes as were announced. */
    void writeTo(Out out) throws IOException;
  }

  /** Takes the content of a record piece by piece. */
  public final class Out {

    private Out() {}

    public void putByte(int value) throws IOException {
      room(Byte.BYTES).put((byte) value);
    }

    public void putInt(int value) throws IOException {
      room(Integer.BYTES).putInt(value);
    }

    public void putLong(long value) throws IOException {
      room(Long.BYTES).putLong(value);
    }

    public void put(byte[] bytes) throws IOException {
      for (int done = 0; done < bytes.length; ) {
        ByteBuffer to = room(1);
        int part = Math.min(to.remaining(), bytes.length - done);
        to.put(bytes, done, part);
        done += part;
      }
    }

    private ByteBuffer room(int bytes) throws IOException {
      if (buffer.remaining() < bytes) {
        flush();
      }
      return buffer;
    }
  }

  /** The bytes in use. */
  public long bytes() {
    return position;
  }

  /** The number of the last record that was read or appended; 0 before any. */
  public long lastNumber() {
    return lastNumber;
  }

  /** Lets the next record have the number after one that is known from elsewhere. */
  public void continueAfter(long number) {
    lastNumber = Math.max(lastNumber, number);
  }

  /** The content of the next record, null after the last one; then records can be appended. */
  public @Nullable ByteBuffer next() throws IOException {
    if (file.size() - position < HEAD_BYTES + CHECKSUM_BYTES) {
      return null;
    }
    checksum.reset();
    ByteBuffer head = read(position, HEAD_BYTES);
    if (head.getLong() != MAGIC) {
      return null;
    }
    long number = head.getLong();
    long bytes = head.getLong();
    boolean follows = position == 0 || number == lastNumber + 1;
    long room = file.size() - position - HEAD_BYTES - CHECKSUM_BYTES;
    if (!follows || bytes < 0 || bytes > Math.min(room, Integer.MAX_VALUE)) {
      return null;
    }
    ByteBuffer content = read(position + HEAD_BYTES, (int) bytes);
    long expected = checksum.getValue();
    if (read(position + HEAD_BYTES + bytes, CHECKSUM_BYTES).getLong() != expected) {
      return null;
    }
    position += HEAD_BYTES + bytes + CHECKSUM_BYTES;
    lastNumber = number;
    return content;
  }

  /**
   * Appends a record; the operating system has it afterwards.
   *
   * @param bytes of the content
   * @throws IOException when there are more than {@link #next} can read, and nothing is written; or
   *     when writing fails
   */
  public void append(long bytes, Content content) throws IOException {
    if (bytes > Integer.MAX_VALUE) {
      throw new IOException(
          "a record of %d bytes (expected: at most %d)".formatted(bytes, Integer.MAX_VALUE));
    }
    checksum.reset();
    buffer.clear();
    buffer.putLong(MAGIC).putLong(++lastNumber).putLong(bytes);
    long start = position;
    content.writeTo(new Out());
    flush();
    if (position != start + HEAD_BYTES + bytes) {
      throw new IOException(
          "a record of %d bytes (expected: %d)".formatted(position - start - HEAD_BYTES, bytes));
    }
    buffer.putLong(checksum.getValue());
    flush();
  }

  /** The device has all records afterwards. */
  public void force() throws IOException {
    file.force(false);
  }

  /**
   * Forgets all records; only when what they tell is safe elsewhere. The device knows it before a
   * newer record overwrites any: a part of the older ones must not be read again.
   *
   * @param keepBytes how much of the file is kept, to be written again
   */
  public void restart(long keepBytes) throws IOException {
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

  private ByteBuffer read(long at, int bytes) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(bytes);
    while (in.hasRemaining()) {
      if (file.read(in, at + in.position()) < 0) {
        throw new IOException("the file ends at byte %d while it is read".formatted(at));
      }
    }
    checksum.update(in.flip());
    return in.rewind();
  }

  private void flush() throws IOException {
    buffer.flip();
    checksum.update(buffer);
    buffer.rewind();
    while (buffer.hasRemaining()) {
      position += file.write(buffer, position);
    }
    buffer.clear();
  }
}
