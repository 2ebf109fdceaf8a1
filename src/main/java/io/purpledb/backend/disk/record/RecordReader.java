package io.purpledb.backend.disk.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Finds records in a file. The checksum of a record begins with the number of its data set, so that
 * neither a record of another file nor a value that looks like one is taken for a record.
 */
public final class RecordReader {

  static final long MAGIC = 0x507572706c655232L; // "PurpleR2"

  /** Magic, number, the last number that was durable, size of the content. */
  static final int HEAD_BYTES = 4 * Long.BYTES;

  /** Before marks and checksums: no number that was durable, no data set. */
  private static final long OLD_MAGIC = 0x507572706c655231L; // "PurpleR1"

  private static final int CHECKSUM_BYTES = Long.BYTES;
  private static final int WINDOW_BYTES = 1 << 20;

  private final FileChannel file;
  private final FileId id;
  private final boolean old;

  private RecordReader(FileChannel file, FileId id, boolean old) {
    this.file = file;
    this.id = id;
    this.old = old;
  }

  public static RecordReader current(FileChannel file, FileId id) {
    return new RecordReader(file, id, false);
  }

  /** For a file of the format before, or an empty one. */
  static RecordReader old(FileChannel file, FileId id) {
    return new RecordReader(file, id, true);
  }

  boolean isOld() {
    return old;
  }

  /**
   * A whole record.
   *
   * @param contentAt where its content is in the file
   */
  public record Found(long number, long forced, ByteBuffer content, long contentAt, long end) {}

  /**
   * What whole records there are behind a place where there is none.
   *
   * @param number of the last one
   * @param position of that one
   * @param forced the highest number that one of them knew as durable
   */
  record Rest(long number, long position, long forced) {}

  /** The number of the first record, 1 if there is none. */
  long firstNumber() throws IOException {
    Found first = at(0);
    return first == null ? 1 : first.number;
  }

  /** Begins the checksum of a record. */
  static void begin(CRC32C checksum, FileId id) {
    checksum.reset();
    checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, id.dataSet()));
  }

  /** The record at a position, null when there is no whole one. */
  public @Nullable Found at(long position) throws IOException {
    int headBytes = old ? HEAD_BYTES - Long.BYTES : HEAD_BYTES;
    long room = file.size() - position - headBytes - CHECKSUM_BYTES;
    if (room < 0) {
      return null;
    }
    ByteBuffer head = read(position, headBytes);
    if (head.getLong() != (old ? OLD_MAGIC : MAGIC)) {
      return null;
    }
    long number = head.getLong();
    long forced = old ? 0 : head.getLong();
    long bytes = head.getLong();
    if (bytes < 0 || bytes > Math.min(room, Integer.MAX_VALUE)) {
      return null;
    }
    ByteBuffer content = read(position + headBytes, (int) bytes);
    CRC32C checksum = new CRC32C();
    if (!old) {
      begin(checksum, id);
    }
    checksum.update(head.rewind());
    checksum.update(content);
    long end = position + headBytes + bytes + CHECKSUM_BYTES;
    long expected = read(end - CHECKSUM_BYTES, CHECKSUM_BYTES).getLong();
    return checksum.getValue() == expected
        ? new Found(number, forced, content.rewind(), position + headBytes, end)
        : null;
  }

  /** Looks through the rest of the file for records with a higher number than one. */
  Rest after(long position, long number) throws IOException {
    Rest rest = new Rest(number, position, 0);
    for (long at = next(position, number); at >= 0; at = next(at + 1, rest.number)) {
      Found found = at(at);
      if (found != null) {
        rest = new Rest(found.number, at, Math.max(rest.forced, found.forced));
      }
    }
    return rest;
  }

  /**
   * Looks for a whole record with a higher number than one.
   *
   * @param position where to begin
   * @return where it is; -1 when there is none
   */
  public long next(long position, long number) throws IOException {
    long size = file.size();
    for (long start = position; start < size - HEAD_BYTES && !old; ) {
      ByteBuffer window = read(start, (int) Math.min(WINDOW_BYTES, size - start));
      int last = window.limit() - Long.BYTES;
      int at = 0;
      while (at <= last && window.getLong(at) != MAGIC) {
        at++;
      }
      Found found = at > last ? null : at(start + at);
      if (found != null && found.number > number) {
        return start + at;
      }
      start += at > last ? at : at + 1;
    }
    return -1;
  }

  /** Some bytes of the file; zeros beyond its end. */
  ByteBuffer read(long at, int bytes) throws IOException {
    // What is large has no place on a small heap, and is soon gone again.
    ByteBuffer in =
        bytes > WINDOW_BYTES ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
    FileReads.readFully(file, in, at);
    return in.flip();
  }
}
