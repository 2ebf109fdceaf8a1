package io.purpledb.server.http.answer;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The JSON text of a large answer, which may have six bytes for each of a value: its size is
 * counted before any of it is made, and it is made in parts. For one thread at a time.
 */
public final class JsonText {

  /** How a piece of a text is written. */
  public enum Form {
    /** As it is. */
    PLAIN,

    /** UTF-8 within quotation marks that are not part of it. */
    ESCAPED,

    /** Bytes within quotation marks that are not part of it. */
    BASE64
  }

  /**
   * A part of the text.
   *
   * @param bytes what is written
   */
  public record Piece(ByteString bytes, Form form) {

    public static Piece plain(String text) {
      return new Piece(ByteString.copyFromUtf8(text), Form.PLAIN);
    }

    public static Piece text(ByteString utf8) {
      return new Piece(utf8, Form.ESCAPED);
    }
  }

  /** The pieces of a text in their order. One that has many makes no object for each. */
  public interface Pieces {

    int count();

    ByteString bytes(int place);

    Form form(int place);

    static Pieces of(List<Piece> pieces) {
      return new Pieces() {
        @Override
        public int count() {
          return pieces.size();
        }

        @Override
        public ByteString bytes(int place) {
          return pieces.get(place).bytes();
        }

        @Override
        public Form form(int place) {
          return pieces.get(place).form();
        }
      };
    }
  }

  private final int heldBytes;
  private final Supplier<Pieces> source;
  private @Nullable Pieces pieces;
  private int bytes = -1;

  /** Whether it is its pieces as they are, as most are: none has an escape. */
  private boolean isPlain;

  /**
   * @param heldBytes what is in memory for it however much of it is made; the text has as many or
   *     more
   * @param source tells its pieces, when they are first needed
   */
  public JsonText(int heldBytes, Supplier<Pieces> source) {
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
      JsonChunks.Size size = new JsonChunks.Size();
      Pieces all = pieces();
      int count = all.count();
      for (int i = 0; i < count; i++) {
        ByteString piece = all.bytes(i);
        sum += size.of(piece, all.form(i));
        held += piece.size();
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

  private Pieces pieces() {
    if (pieces == null) {
      pieces = source.get();
    }
    return pieces;
  }

  /** Makes the text part by part. */
  final class Reader {

    private int left = bytes();
    private final Pieces all = pieces();
    private int next;
    private final byte[] chunk = new byte[isPlain ? 0 : JsonChunks.BYTES];
    private final byte[] escaped = new byte[isPlain ? 0 : JsonChunks.MOST_BYTES];
    private ByteString piece = ByteString.EMPTY;
    private Form form = Form.PLAIN;
    private int pieceAt;
    private byte[] made = chunk;
    private int madeFrom;
    private int madeTo;

    /** How much of the text is not made yet, in bytes. */
    int left() {
      return left;
    }

    /**
     * Makes the next part: as much as there is room for, or all that is left.
     *
     * @param part filled from its beginning
     * @return how many bytes were made
     */
    int next(byte[] part) {
      int size = Math.min(part.length, left);
      int filled = 0;
      while (isPlain && filled < size) {
        filled += copy(part, filled, size);
      }
      while (filled < size) {
        if (madeFrom == madeTo) {
          makeMore();
        }
        int now = Math.min(madeTo - madeFrom, size - filled);
        System.arraycopy(made, madeFrom, part, filled, now);
        madeFrom += now;
        filled += now;
      }
      left -= filled;
      return filled;
    }

    /** Copies what there is room for of one piece; answers how much that is. */
    private int copy(byte[] part, int at, int end) {
      requirePiece();
      int size = Math.min(end - at, piece.size() - pieceAt);
      ByteString copied = size == piece.size() ? piece : piece.substring(pieceAt, pieceAt + size);
      copied.copyTo(part, at);
      pieceAt += size;
      return size;
    }

    /** Goes on to the next piece when all of one is made. */
    private void requirePiece() {
      if (pieceAt == piece.size()) {
        piece = all.bytes(next);
        form = all.form(next);
        next++;
        pieceAt = 0;
      }
    }

    private void makeMore() {
      requirePiece();
      int size = Math.min(chunk.length, piece.size() - pieceAt);
      JsonChunks.copy(piece, pieceAt, size, chunk);
      pieceAt += size;
      madeFrom = 0;
      boolean isText = form == Form.ESCAPED;
      if (form == Form.PLAIN || (isText && Utf8Text.needsNoEscape(chunk, 0, size))) {
        made = chunk;
        madeTo = size;
      } else {
        made = escaped;
        madeTo =
            isText
                ? JsonChunks.escape(chunk, size, escaped)
                : Base64.getEncoder().encode(exact(size), escaped);
      }
    }

    private byte[] exact(int size) {
      return size == chunk.length ? chunk : Arrays.copyOf(chunk, size);
    }
  }
}
