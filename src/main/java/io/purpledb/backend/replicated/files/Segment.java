package io.purpledb.backend.replicated.files;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of Ratis' log, read without being changed and in small pieces: a magic word, then records,
 * then zeros up to what was taken from the disk in advance. A record is its length, an entry of the
 * log, and a CRC-32C of both.
 */
public final class Segment implements Closeable {

  public static final int HEADER_BYTES = 8;

  private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.UTF_8);
  private static final int WINDOW_BYTES = 1 << 16;
  private static final int SUM_BYTES = 4;

  /** The length, the term and the index, each as a number of variable length. */
  private static final int FRONT_BYTES = 32;

  private static final int TERM_TAG = LogEntryProto.TERM_FIELD_NUMBER << 3;
  private static final int INDEX_TAG = LogEntryProto.INDEX_FIELD_NUMBER << 3;

  private final FileChannel channel;
  private final long size;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
  private long windowAt;

  /**
   * A whole record.
   *
   * @param position where it begins, in bytes
   * @param entryAt where its entry begins
   * @param end where the next one begins
   */
  public record Found(long position, long entryAt, long end, long term, long index) {

    int entryBytes() {
      return Math.toIntExact(end - SUM_BYTES - entryAt);
    }
  }

  public Segment(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
    size = channel.size();
  }

  /** Whether the file begins as it must. */
  boolean hasHeader() throws IOException {
    for (int i = 0; i < HEADER_BYTES; i++) {
      if (i >= size || at(i) != HEADER[i]) {
        return false;
      }
    }
    return true;
  }

  /** The first byte that is not zero, from a position on; the size of the file if there is none. */
  long firstUsed(long from) throws IOException {
    long position = from;
    while (position < size && at(position) == 0) {
      position++;
    }
    return position;
  }

  /** The record at a position; null when there is no whole one. */
  public @Nullable Found at(long position, long maxBytes) throws IOException {
    Found front = front(position, maxBytes);
    return front != null && isWhole(front) ? front : null;
  }

  /** The first whole record behind a position that comes after the one with an index; or null. */
  @Nullable Found next(long position, long after, long maxBytes) throws IOException {
    for (long p = firstUsed(position); p < size; p++) {
      Found front = front(p, maxBytes);
      if (front != null && front.index > after && front.index - after <= size && isWhole(front)) {
        return front;
      }
    }
    return null;
  }

  LogEntryProto entry(Found record) throws IOException {
    ByteBuffer entry = ByteBuffer.allocate(record.entryBytes());
    readFully(entry, record.entryAt);
    return LogEntryProto.parseFrom(entry.array());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** What the bytes at a position say, if they can be the beginning of a record. */
  private @Nullable Found front(long position, long maxBytes) throws IOException {
    if (position >= size || at(position) == 0) {
      return null;
    }
    byte[] bytes = new byte[(int) Math.min(FRONT_BYTES, size - position)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = at(position + i);
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      long length = in.readRawVarint32() & 0xffff_ffffL;
      long entryAt = position + in.getTotalBytesRead();
      long end = entryAt + length + SUM_BYTES;
      if (length > maxBytes || end > size || in.readTag() != TERM_TAG) {
        return null;
      }
      long term = in.readUInt64();
      long index = in.readTag() == INDEX_TAG ? in.readUInt64() : 0; // which is not written
      return new Found(position, entryAt, end, term, index);
    } catch (IOException noNumbers) {
      return null;
    }
  }

  private boolean isWhole(Found record) throws IOException {
    CRC32C sum = new CRC32C();
    long position = record.position;
    long end = record.end - SUM_BYTES;
    while (position < end) {
      at(position); // so that it is in the window
      int from = (int) (position - windowAt);
      int length = (int) Math.min(end - position, window.limit() - from);
      sum.update(window.array(), from, length);
      position += length;
    }
    int stored = 0;
    for (int i = 0; i < SUM_BYTES; i++) {
      stored = (stored << 8) | (at(end + i) & 0xff);
    }
    return (int) sum.getValue() == stored;
  }

  private byte at(long position) throws IOException {
    if (position < windowAt || position >= windowAt + window.limit()) {
      window.clear().limit((int) Math.min(WINDOW_BYTES, size - position));
      readFully(window, position);
      windowAt = position;
    }
    return window.get((int) (position - windowAt));
  }

  private void readFully(ByteBuffer bytes, long position) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("the file became shorter");
      }
    }
  }
}
