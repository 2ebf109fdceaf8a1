package io.purpledb.server.grpc.message;

import java.io.IOException;
import java.util.zip.CRC32;

/** The header of a gzip member (RFC 1952, section 2.3), of which only its end is of interest. */
final class GzipHeader {

  private static final int FIXED_BYTES = 10;
  private static final int FLAGS = 3;

  private static final int HAS_CHECKSUM = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private final byte[] bytes;
  private final int begin;
  private int at;

  private GzipHeader(byte[] bytes, int begin) {
    this.bytes = bytes;
    this.begin = begin;
    this.at = begin + FIXED_BYTES;
  }

  /**
   * Where the content of a member begins.
   *
   * @param begin where its header does
   * @throws IOException when there is no whole header
   */
  static int end(byte[] bytes, int begin) throws IOException {
    GzipHeader header = new GzipHeader(bytes, begin);
    header.skip();
    return header.at;
  }

  private void skip() throws IOException {
    if (bytes.length < at
        || bytes[begin] != (byte) 0x1f
        || bytes[begin + 1] != (byte) 0x8b
        || bytes[begin + 2] != 8
        || (bytes[begin + FLAGS] & RESERVED) != 0) {
      throw none();
    }
    int flags = bytes[begin + FLAGS];
    if ((flags & HAS_EXTRA) != 0) {
      int length = twoBytes();
      at += length;
    }
    if ((flags & HAS_NAME) != 0) {
      skipText();
    }
    if ((flags & HAS_COMMENT) != 0) {
      skipText();
    }
    if ((flags & HAS_CHECKSUM) != 0) {
      requireChecksum();
    }
  }

  private void skipText() {
    while (at < bytes.length && bytes[at] != 0) {
      at++;
    }
    at++;
  }

  private void requireChecksum() throws IOException {
    int end = Math.min(at, bytes.length);
    CRC32 checksum = new CRC32();
    checksum.update(bytes, begin, end - begin);
    if (twoBytes() != (int) (checksum.getValue() & 0xffff)) {
      throw new IOException("the checksum of its header is wrong");
    }
  }

  private int twoBytes() throws IOException {
    if (at + 2 > bytes.length) {
      throw none();
    }
    int low = bytes[at++] & 0xff;
    return low | (bytes[at++] & 0xff) << Byte.SIZE;
  }

  private IOException none() {
    return new IOException("no gzip header at byte " + begin);
  }
}
