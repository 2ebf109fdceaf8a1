package io.purpledb.server.grpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses one gzip member (RFC 1952) with a bound on what comes out. Only one, and only with a
 * plain header, as gRPC libraries write it: Java's own stream would go through millions of empty
 * members in a message, which costs seconds.
 */
final class Gunzip {

  private static final int HEADER_BYTES = 10;
  private static final int FLAGS = 3;
  private static final int TRAILER_BYTES = 2 * Integer.BYTES; // checksum and size
  private static final int LEAST_BYTES = 512;
  private static final int USUAL_RATIO = 4;

  private Gunzip() {}

  /**
   * Decompresses.
   *
   * @param maxBytes of the result
   * @return more than {@code maxBytes} bytes when there would be more
   * @throws IOException when it is not one whole gzip member
   */
  static byte[] inflate(byte[] compressed, int maxBytes) throws IOException {
    requireHeader(compressed);
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(compressed, HEADER_BYTES, compressed.length - HEADER_BYTES);
      byte[] bytes = inflate(inflater, compressed.length, maxBytes);
      if (bytes.length <= maxBytes) {
        requireTrailer(compressed, inflater.getRemaining(), bytes);
      }
      return bytes;
    } catch (DataFormatException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      inflater.end();
    }
  }

  private static byte[] inflate(Inflater inflater, int compressedBytes, int maxBytes)
      throws DataFormatException, IOException {
    int most = maxBytes + 1;
    long guess = Math.max(LEAST_BYTES, (long) USUAL_RATIO * compressedBytes);
    byte[] bytes = new byte[(int) Math.min(most, guess)];
    int length = 0;
    while (!inflater.finished() && length < most) {
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(most, 2L * length));
      }
      int more = inflater.inflate(bytes, length, bytes.length - length);
      if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
        throw new IOException("it ends too early");
      }
      length += more;
    }
    return Arrays.copyOf(bytes, length);
  }

  private static void requireHeader(byte[] compressed) throws IOException {
    if (compressed.length < HEADER_BYTES + TRAILER_BYTES
        || compressed[0] != (byte) 0x1f
        || compressed[1] != (byte) 0x8b
        || compressed[2] != 8
        || compressed[FLAGS] != 0) {
      throw new IOException("no plain gzip header");
    }
  }

  private static void requireTrailer(byte[] compressed, int remaining, byte[] bytes)
      throws IOException {
    if (remaining != TRAILER_BYTES) {
      throw new IOException(
          "%d bytes follow its content (expected: %d)".formatted(remaining, TRAILER_BYTES));
    }
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    ByteBuffer trailer =
        ByteBuffer.wrap(compressed, compressed.length - TRAILER_BYTES, TRAILER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    if (trailer.getInt() != (int) checksum.getValue() || trailer.getInt() != bytes.length) {
      throw new IOException("its checksum or its size is wrong");
    }
  }
}
