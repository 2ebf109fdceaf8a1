package io.purpledb.server.http;

import com.google.protobuf.ByteString;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.purpledb.server.Parts;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The JSON text of a large answer, which may have six bytes for each of a value: its size is
 * counted before any of it is made, and it is made in parts. For one thread at a time.
 */
final class JsonText {

  /** How a piece of a text is written. */
  enum Form {
    /** As it is. */
    PLAIN,

    /** UTF-8 within quotation marks that are not part of it. */
    ESCAPED,

    /** Bytes within quotation marks that are not part of it. */
    BASE64
  }

  /**
   * @param bytes what is written
   */
  record Piece(ByteString bytes, Form form) {

    static Piece plain(String text) {
      return new Piece(ByteString.copyFromUtf8(text), Form.PLAIN);
    }

    static Piece text(ByteString utf8) {
      return new Piece(utf8, Form.ESCAPED);
    }
  }

  private final int heldBytes;
  private final Supplier<Iterable<Piece>> source;
  private @Nullable Iterable<Piece> pieces;
  private int bytes = -1;

  /** Whether it is its pieces as they are, as most are: none has an escape. */
  private boolean isPlain;

  /**
   * @param heldBytes what is in memory for it however much of it is made; the text has as many or
   *     more
   * @param source tells its pieces, when they are first needed
   */
  JsonText(int heldBytes, Supplier<Iterable<Piece>> source) {
    this.heldBytes = heldBytes;
    this.source = source;
  }

  /** What is in memory for it, in bytes, beside what is made of it. */
  int heldBytes() {
    return heldBytes;
  }

  /** The size of the text; values are bounded so that it is an int. Looks at all of it once. */
  int bytes() {
    if (bytes < 0) {
      long sum = 0;
      long held = 0;
      byte[] chunk = new byte[JsonChunks.BYTES];
      for (Piece piece : pieces()) {
        sum += JsonChunks.size(piece, chunk);
        held += piece.bytes().size();
      }
      isPlain = sum == held;
      bytes = Math.toIntExact(sum);
    }
    return bytes;
  }

  /** Makes the text from its beginning. */
  Reader reader() {
    return new Reader();
  }

  /** All of it, for one that is not too large. */
  Buffer whole() {
    Reader reader = reader();
    CompositeByteBuf all = Unpooled.compositeBuffer(Integer.MAX_VALUE);
    while (reader.left() > 0) {
      all.addComponent(true, Unpooled.wrappedBuffer(reader.next()));
    }
    return BufferInternal.buffer(all);
  }

  private Iterable<Piece> pieces() {
    if (pieces == null) {
      pieces = source.get();
    }
    return pieces;
  }

  /** Makes the text part by part. */
  final class Reader {

    private final Iterator<Piece> next = pieces().iterator();
    private final byte[] chunk = new byte[JsonChunks.BYTES];
    private final byte[] escaped = new byte[JsonChunks.MOST_BYTES];
    private @Nullable Piece piece;
    private int pieceAt;
    private byte[] made = chunk;
    private int madeFrom;
    private int madeTo;
    private int left = bytes();

    /** How much of the text is not made yet, in bytes. */
    int left() {
      return left;
    }

    /** The next part: {@link Parts#BYTES}, or all that is left. */
    byte[] next() {
      byte[] part = new byte[Math.min(Parts.BYTES, left)];
      int filled = 0;
      while (isPlain && filled < part.length) {
        filled += copy(part, filled);
      }
      while (filled < part.length) {
        if (madeFrom == madeTo) {
          makeMore();
        }
        int now = Math.min(madeTo - madeFrom, part.length - filled);
        System.arraycopy(made, madeFrom, part, filled, now);
        madeFrom += now;
        filled += now;
      }
      left -= filled;
      return part;
    }

    /** Copies what there is room for of one piece; answers how much that is. */
    private int copy(byte[] part, int at) {
      ByteString all = current().bytes();
      int size = Math.min(part.length - at, all.size() - pieceAt);
      ByteString copied = size == all.size() ? all : all.substring(pieceAt, pieceAt + size);
      copied.copyTo(part, at);
      pieceAt += size;
      return size;
    }

    private Piece current() {
      Piece current = piece;
      if (current == null || pieceAt == current.bytes().size()) {
        current = next.next();
        piece = current;
        pieceAt = 0;
      }
      return current;
    }

    private void makeMore() {
      Piece current = current();
      int size = Math.min(chunk.length, current.bytes().size() - pieceAt);
      JsonChunks.copy(current.bytes(), pieceAt, size, chunk);
      pieceAt += size;
      madeFrom = 0;
      if (current.form() == Form.PLAIN
          || (isText(current) && Utf8Text.needsNoEscape(chunk, size))) {
        made = chunk;
        madeTo = size;
      } else {
        made = escaped;
        madeTo =
            isText(current)
                ? JsonChunks.escape(chunk, size, escaped)
                : Base64.getEncoder().encode(exact(size), escaped);
      }
    }

    private static boolean isText(Piece piece) {
      return piece.form() == Form.ESCAPED;
    }

    private byte[] exact(int size) {
      return size == chunk.length ? chunk : Arrays.copyOf(chunk, size);
    }
  }
}
