package io.purpledb.server.http.answer;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** How bytes become JSON, a chunk after the other. */
final class JsonChunks {

  /** The size of a chunk: base64 makes four characters of three bytes. */
  static final int BYTES = 3 << 10;

  private static final int ESCAPE_BYTES = 6;

  /** The most that becomes of a chunk. */
  static final int MOST_BYTES = ESCAPE_BYTES * BYTES;

  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  /** What follows the backslash where that is one character; else 0. */
  private static final byte[] SHORT_ESCAPES = new byte[256];

  static {
    SHORT_ESCAPES['"'] = '"';
    SHORT_ESCAPES['\\'] = '\\';
    SHORT_ESCAPES['\b'] = 'b';
    SHORT_ESCAPES['\f'] = 'f';
    SHORT_ESCAPES['\n'] = 'n';
    SHORT_ESCAPES['\r'] = 'r';
    SHORT_ESCAPES['\t'] = 't';
  }

  private JsonChunks() {}

  /** Copies a part to the beginning of an array. */
  static void copy(ByteString from, int at, int size, byte[] into) {
    ByteString part = size == from.size() ? from : from.substring(at, at + size);
    part.copyTo(into, 0);
  }

  private static int size(byte one) {
    if (SHORT_ESCAPES[one & 0xff] != 0) {
      return 2;
    }
    return one >= 0 && one < ' ' ? ESCAPE_BYTES : 1;
  }

  /**
   * Writes characters with escapes where they are needed.
   *
   * @param utf8 may begin and end within a character
   * @return how much was written
   */
  static int escape(byte[] utf8, int size, byte[] into) {
    int at = 0;
    for (int i = 0; i < size; i++) {
      byte one = utf8[i];
      switch (size(one)) {
        case 1 -> into[at++] = one;
        case 2 -> {
          into[at++] = '\\';
          into[at++] = SHORT_ESCAPES[one & 0xff];
        }
        default -> {
          into[at++] = '\\';
          into[at++] = 'u';
          into[at++] = '0';
          into[at++] = '0';
          into[at++] = HEX[one >> 4];
          into[at++] = HEX[one & 0xf];
        }
      }
    }
    return at;
  }

  /** Tells the size of what becomes of a piece. It looks at the bytes where they are. */
  static final class Size extends ByteOutput {

    private long sum;

    long of(ByteString piece, JsonText.Form form) {
      int length = piece.size();
      return switch (form) {
        case PLAIN -> length;
        case ESCAPED -> escaped(piece);
        case BASE64 -> (length + 2L) / 3 * 4;
      };
    }

    private long escaped(ByteString utf8) {
      sum = 0;
      try {
        UnsafeByteOperations.unsafeWriteTo(utf8, this);
      } catch (IOException e) {
        throw new IllegalStateException("nothing is written anywhere", e);
      }
      return sum;
    }

    @Override
    public void write(byte[] utf8, int offset, int length) {
      if (Utf8Text.needsNoEscape(utf8, offset, length)) {
        sum += length;
        return;
      }
      for (int i = offset; i < offset + length; i++) {
        sum += size(utf8[i]);
      }
    }

    @Override
    public void writeLazy(byte[] utf8, int offset, int length) {
      write(utf8, offset, length);
    }

    @Override
    public void write(byte one) {
      sum += size(one);
    }

    @Override
    public void write(ByteBuffer utf8) {
      while (utf8.hasRemaining()) {
        write(utf8.get());
      }
    }

    @Override
    public void writeLazy(ByteBuffer utf8) {
      write(utf8);
    }
  }
}
