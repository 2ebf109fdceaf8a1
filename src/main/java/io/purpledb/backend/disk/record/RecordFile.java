package io.purpledb.backend.disk.record;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of records that count whole or not at all. A record is a head, its content, and a
 * checksum. It counts when it is whole and its number follows its predecessor's. After {@link
 * #restart} space is used again from the beginning; the numbers go on, so what is left of older
 * records is never taken for newer ones.
 *
 * <p>A record that is not whole is the end of the file when it may never have been made durable:
 * the rest of what was being written at a crash. It is damage when it had been durable, which is
 * known from outside ({@code promised}), or from a later record: each tells up to which number all
 * were durable when it was written.
 */
public final class RecordFile implements Closeable {

  private static final int BUFFER_BYTES = 256 << 10;

  /** What of a record's content comes before all that is written ahead. */
  public static final int BEFORE_BYTES = 2 * Long.BYTES;

  private static final int HEAD_AND_CHECKSUM_BYTES = RecordReader.HEAD_BYTES + Long.BYTES;

  /** By how much the file grows ahead of its records: a force then need not force its size. */
  private static final int STEP_BYTES = 256 << 10;

  private final FileChannel file;
  private final FileId id;
  private final Slots slots;
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private RecordReader reader;
  private long promised;
  private long position;
  private long lastNumber;
  private long forcedNumber;
  private boolean gap;
  private long content;

  /** How much of the next record's content is in the file, and the checksum of that alone. */
  private long aheadBytes;

  private int aheadSum;

  public RecordFile(FileChannel file, FileId id) {
    this.file = file;
    this.id = id;
    this.slots = new Slots(file, id.name());
    this.reader = RecordReader.current(file, id);
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
      put(ByteBuffer.wrap(bytes));
    }

    public void put(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        ByteBuffer to = room(1);
        int part = Math.min(to.remaining(), bytes.remaining());
        to.put(to.position(), bytes, bytes.position(), part);
        to.position(to.position() + part);
        bytes.position(bytes.position() + part);
      }
    }

    private ByteBuffer room(int bytes) throws IOException {
      if (buffer.remaining() < bytes) {
        flush();
      }
      return buffer;
    }
  }

  /**
   * Begins to read; after the last record, and a {@link #restart} if the file is fresh, records can
   * be appended.
   *
   * @param fresh whether the file may be new, or of the older format
   * @param promised the number of the last record that must be there
   * @throws DamagedFileException when it is not the file that it should be
   */
  public void open(boolean fresh, long promised) throws IOException {
    this.promised = promised;
    if (fresh && slots.find() == null) {
      reader = RecordReader.old(file, id);
      position = 0;
      lastNumber = reader.firstNumber() - 1;
      return;
    }
    Slots.Slot slot = slots.read();
    id.check(slot.id());
    position = Slots.BYTES;
    lastNumber = slot.numbers().get(0) - 1;
    forcedNumber = lastNumber;
  }

  /** The bytes in use. */
  public long bytes() {
    return position;
  }

  /**
   * The number of the last record that was read or appended, or that the file forgot; 0 before any.
   */
  public long lastNumber() {
    return lastNumber;
  }

  /** Where in the file the content of the record is that was read last. */
  public long lastContent() {
    return content;
  }

  /** The content of a record that was read before, by its place. */
  public ByteBuffer content(long at, int bytes) throws IOException {
    return reader.read(at, bytes);
  }

  /**
   * Lets the next record have the number after one that is known from elsewhere. If records are
   * missing before it, only after a {@link #restart}: behind a gap nobody would find it.
   */
  public void continueAfter(long number) {
    gap |= number > lastNumber;
    lastNumber = Math.max(lastNumber, number);
  }

  /** Whether nothing can be appended before a {@link #restart}. */
  public boolean endsInGap() {
    return gap;
  }

  /**
   * The content of the next record, null after the last one.
   *
   * @throws DamagedFileException when there was another one that is not whole any more
   */
  public @Nullable ByteBuffer next() throws IOException {
    RecordReader.Found found = reader.at(position);
    if (found != null && found.number() == lastNumber + 1) {
      position = found.end();
      content = found.contentAt();
      lastNumber = found.number();
      return found.content();
    }
    checkEnd();
    return null;
  }

  /** Makes sure that nothing is missing at the end, which may be the end of what is whole only. */
  private void checkEnd() throws IOException {
    long missing = lastNumber + 1;
    RecordReader.Rest rest = reader.after(position, lastNumber);
    if (rest.forced() >= missing) {
      throw new DamagedFileException(
          id.name(),
          "record %d at byte %d is not whole (expected: so, as record %d at byte %d was written after it was durable)"
              .formatted(missing, position, rest.number(), rest.position()));
    }
    if (promised >= missing) {
      throw new DamagedFileException(
          id.name(),
          "it ends with record %d at byte %d (expected: record %d, which was acknowledged)"
              .formatted(lastNumber, position, promised));
    }
    continueAfter(rest.number()); // so that what is left of those is never taken for newer ones
  }

  /**
   * Makes sure of room behind the last record, so that {@link #append} does not find the disk full.
   *
   * @throws DiskFullException when there is none
   */
  public void reserve(long bytes) throws IOException {
    requireUncut();
    long size = file.size();
    long wanted = position + HEAD_AND_CHECKSUM_BYTES + bytes;
    if (size >= wanted) {
      return;
    }
    try {
      for (long at = size; at < wanted; ) {
        at += file.write(ByteBuffer.allocate(STEP_BYTES), at);
      }
    } catch (IOException e) {
      throw DiskFullException.of(id.name(), e);
    }
  }

  /**
   * Appends a record; the operating system has it afterwards. When it fails, the file has the
   * records of before.
   *
   * @param bytes of the content
   * @throws DiskFullException when there is no room
   * @throws IOException when there are more than {@link #next} can read, and nothing is written; or
   *     when writing fails
   */
  public void append(long bytes, Content content) throws IOException {
    requireAppendable(bytes);
    long start = position;
    boolean done = false;
    try {
      putHead(bytes);
      content.writeTo(new Out());
      flush();
      if (position != start + RecordReader.HEAD_BYTES + bytes) {
        throw new IOException(
            "a record of %d bytes (expected: %d)"
                .formatted(position - start - RecordReader.HEAD_BYTES, bytes));
      }
      buffer.putLong(checksum.getValue());
      flush();
      lastNumber++;
      done = true;
    } catch (IOException e) {
      throw DiskFullException.of(id.name(), e);
    } finally {
      if (!done) {
        position = start;
      }
    }
  }

  /** A write behind the end would fill what somebody cut off with zeros, and hide it. */
  private void requireUncut() throws IOException {
    long size = file.size();
    if (size < position) {
      throw new DamagedFileException(
          id.name(),
          "it was cut to %d bytes under the running server (expected: at least %d)"
              .formatted(size, position));
    }
  }

  private void requireAppendable(long bytes) throws IOException {
    requireUncut();
    if (bytes > Integer.MAX_VALUE) {
      throw new IOException(
          "a record of %d bytes (expected: at most %d)".formatted(bytes, Integer.MAX_VALUE));
    }
    if (gap) {
      throw new IOException(
          "%s: records are missing before record %d (expected: a restart first)"
              .formatted(id.name(), lastNumber + 1));
    }
  }

  private void putHead(long bytes) {
    RecordReader.begin(checksum, id);
    buffer.clear();
    buffer.putLong(RecordReader.MAGIC).putLong(lastNumber + 1);
    buffer.putLong(forcedNumber).putLong(bytes);
  }

  /**
   * Writes a part of the next record's content while the rest is not known. With {@link
   * #appendAhead} it counts; until then it is what a crash leaves of a record.
   *
   * @return where it is in the file
   * @throws DiskFullException when there is no room; what was written ahead earlier is still there
   */
  public long writeAhead(long bytes, Content content) throws IOException {
    requireUncut();
    long start = position;
    long ahead = start + RecordReader.HEAD_BYTES + BEFORE_BYTES + aheadBytes;
    try {
      position = ahead;
      checksum.reset();
      buffer.clear();
      content.writeTo(new Out());
      flush();
      if (position != ahead + bytes) {
        throw new IOException(
            "a part of %d bytes (expected: %d)".formatted(position - ahead, bytes));
      }
      aheadSum = JoinedCrc.of(aheadSum, (int) checksum.getValue(), bytes);
      aheadBytes += bytes;
      return ahead;
    } catch (IOException e) {
      throw DiskFullException.of(id.name(), e);
    } finally {
      position = start;
    }
  }

  /** Whether something is written ahead. */
  public boolean isAhead() {
    return aheadBytes > 0;
  }

  /**
   * Appends the record whose content was written ahead, as {@link #append} does.
   *
   * @param before what comes before that, {@link #BEFORE_BYTES}
   * @throws DiskFullException when there is no room; what was written ahead is still there
   */
  public void appendAhead(ByteBuffer before) throws IOException {
    long bytes = before.remaining() + aheadBytes;
    requireAppendable(bytes);
    long start = position;
    boolean done = false;
    try {
      putHead(bytes);
      new Out().put(before);
      flush();
      int sum = JoinedCrc.of((int) checksum.getValue(), aheadSum, aheadBytes);
      position += aheadBytes;
      buffer.putLong(Integer.toUnsignedLong(sum));
      flush();
      lastNumber++;
      forgetAhead();
      done = true;
    } catch (IOException e) {
      throw DiskFullException.of(id.name(), e);
    } finally {
      if (!done) {
        position = start;
      }
    }
  }

  private void forgetAhead() {
    aheadBytes = 0;
    aheadSum = 0;
  }

  /** Some bytes of the file; zeros beyond its end. Safe for use by many threads. */
  public byte[] read(long at, int bytes) throws IOException {
    byte[] found = new byte[bytes];
    FileReads.readFully(file, ByteBuffer.wrap(found), at);
    return found;
  }

  /** The device has all records afterwards. */
  public void force() throws IOException {
    file.force(false);
    forcedNumber = lastNumber;
  }

  /**
   * Writes the records that were read once more, then forces them: a force that failed, before they
   * were read, may have left them to the memory of the operating system alone, which will not write
   * them again by itself.
   */
  public void rewrite() throws IOException {
    if (position <= Slots.BYTES && !reader.isOld()) {
      return; // there are none
    }
    for (long at = 0; at < position; ) {
      ByteBuffer part = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, position - at));
      FileReads.readFully(file, part, at);
      part.flip();
      while (part.hasRemaining()) {
        at += file.write(part, at);
      }
    }
    force();
  }

  /**
   * Forgets all records, and what was written ahead; only when what they tell is durable elsewhere.
   * The device knows it before a newer record overwrites any: a part of the older ones must not be
   * read again.
   *
   * @param keepBytes how much of the file is kept, to be written again
   */
  public void restart(long keepBytes) throws IOException {
    try {
      slots.writeBoth(id, List.of(lastNumber + 1));
    } catch (IOException e) {
      if (DiskFullException.of(id.name(), e) instanceof DiskFullException full
          && full.isReadOnly()) {
        throw full; // nothing is written, and the records are as they were
      }
      throw e;
    }
    force();
    position = Slots.BYTES;
    forgetAhead();
    trim(keepBytes);
    reader = RecordReader.current(file, id);
    gap = false;
  }

  /** Gives back what of the file is behind all that it has, but for some bytes. */
  public void trim(long keepBytes) throws IOException {
    long kept = Math.max(keepBytes, position);
    if (aheadBytes > 0) {
      kept = Math.max(kept, position + HEAD_AND_CHECKSUM_BYTES + BEFORE_BYTES + aheadBytes);
    }
    if (file.size() > kept) {
      file.truncate(kept);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
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
