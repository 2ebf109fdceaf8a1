package io.purpledb.server.grpc.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses gzip members (RFC 1952) with a bound on what comes out, and one on their number:
 * Java's own stream would go through millions of empty members in a message, which costs seconds.
 */
final class Gunzip {

  /** Enough for those who compress a message of any size in blocks of 64 KiB. */
  private static final int MOST_MEMBERS = 10_000;

  private static final int TRAILER_BYTES = 2 * Integer.BYTES; // checksum and size
  private static final int LEAST_BYTES = 512;
  private static final int USUAL_RATIO = 4;

  private final byte[] compressed;
  private final Inflater inflater;
  private final int most;
  private int at;
  private byte[] bytes;
  private int length;

  private Gunzip(byte[] compressed, Inflater inflater, int most) {
    this.compressed = compressed;
    this.inflater = inflater;
    this.most = most;
    long guess = Math.max(LEAST_BYTES, (long) USUAL_RATIO * compressed.length);
    this.bytes = new byte[(int) Math.min(most, guess)];
  }

  /**
   * Decompresses.
   *
   * @param maxBytes of the result
   * @return more than {@code maxBytes} bytes when there would be more
   * @throws IOException when it is not one whole gzip member, or several one behind the other
   */
  static byte[] inflate(byte[] compressed, int maxBytes) throws IOException {
    Inflater inflater = new Inflater(true);
    try {
      Gunzip gunzip = new Gunzip(compressed, inflater, maxBytes + 1);
      gunzip.inflateAll();
      return Arrays.copyOf(gunzip.bytes, gunzip.length);
    } catch (DataFormatException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }

  private void inflateAll() throws DataFormatException, IOException {
    int members = 0;
    do {
      members++;
      if (members > MOST_MEMBERS) {
        throw new IOException("more than %d members".formatted(MOST_MEMBERS));
      }
      inflateMember();
    } while (length < most && at < compressed.length);
  }

  private void inflateMember() throws DataFormatException, IOException {
    int begin = length;
    int content = GzipHeader.end(compressed, at);
    if (content > compressed.length) {
      throw tooEarly();
    }
    inflater.reset();
    inflater.setInput(compressed, content, compressed.length - content);
    inflateContent();
    if (length < most) {
      at = compressed.length - inflater.getRemaining();
      requireTrailer(begin);
    }
  }

  private void inflateContent() throws DataFormatException, IOException {
    while (!inflater.finished() && length < most) {
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(most, 2L * length));
      }
      int more = inflater.inflate(bytes, length, bytes.length - length);
      if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
        throw tooEarly();
      }
      length += more;
    }
  }

  /**
   * @param begin where what came out of this member begins
   */
  private void requireTrailer(int begin) throws IOException {
    if (compressed.length - at < TRAILER_BYTES) {
      throw tooEarly();
    }
    CRC32 checksum = new CRC32();
    checksum.update(bytes, begin, length - begin);
    ByteBuffer trailer =
        ByteBuffer.wrap(compressed, at, TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (trailer.getInt() != (int) checksum.getValue() || trailer.getInt() != length - begin) {
      throw new IOException("its checksum or its size is wrong");
    }
    at += TRAILER_BYTES;
  }

  private static IOException tooEarly() {
    return new IOException("it ends too early");
  }
}
