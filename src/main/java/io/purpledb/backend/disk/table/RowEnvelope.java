package io.purpledb.backend.disk.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.disk.log.LoggedChange;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Value;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row as bytes, in one column: to H2 each column costs, whether something is in it or not. First
 * a byte that tells the form, and the version; then only what the form says: when it expires, where
 * that is noted if it was put off, a number, or the number and the length of its parts, and the
 * description. The content is the rest.
 */
final class RowEnvelope {

  /** Within so many bytes there is all but description and content. */
  static final int HEAD_BYTES = Byte.BYTES + 6 * Long.BYTES;

  /** What a row has in the place of a value in parts: their number, and how long they are. */
  static final int PARTS_BYTES = 2 * Long.BYTES;

  private static final byte[] NOTHING = {};
  private static final int CONTENT = 0;
  private static final int NUMBER = 1;
  private static final int PARTS = 2;
  private static final int KIND = 0b11;
  private static final int EXPIRES = 0b100;
  private static final int DESCRIBED = 0b1000;
  private static final int POSTPONED = 0b10000;

  /** Where the expiry is noted; it is not counted as what the entry takes. */
  static final int NOTE_BYTES = 2 * Long.BYTES;

  /**
   * What tells in SQL how many bytes a row has in the column ENVELOPE, and in parts: {@link
   * #bytes}.
   */
  static final String BYTES =
      """
      OCTET_LENGTH(ENVELOPE)
      - CASE BITAND(CAST(SUBSTRING(ENVELOPE, 1, 1) AS TINYINT), %d) WHEN 0 THEN 0 ELSE %d END
      + CASE BITAND(CAST(SUBSTRING(ENVELOPE, 1, 1) AS TINYINT), %d)
        WHEN %d THEN CAST(SUBSTRING(ENVELOPE, %d, 8) AS BIGINT)
        WHEN %d THEN CAST(SUBSTRING(ENVELOPE, %d, 8) AS BIGINT)
        WHEN %d THEN CAST(SUBSTRING(ENVELOPE, %d, 8) AS BIGINT)
        ELSE 0 END
      """
          .formatted(
              POSTPONED,
              NOTE_BYTES,
              KIND | EXPIRES | POSTPONED,
              PARTS,
              Byte.BYTES + 2 * Long.BYTES + 1, // behind form, version and number of the parts
              PARTS | EXPIRES,
              Byte.BYTES + 3 * Long.BYTES + 1,
              PARTS | EXPIRES | POSTPONED,
              Byte.BYTES + 5 * Long.BYTES + 1);

  private RowEnvelope() {}

  static byte[] of(EntryRow row) {
    int form = form(row);
    byte[] description = description(form, row);
    ByteString content = content(row);
    byte[] envelope = new byte[startBytes(row) + description.length + valueBytes(form, row)];
    ByteBuffer out = ByteBuffer.wrap(envelope);
    putStart(out, form, row);
    if (row.value() instanceof Value.OfNumber of) {
      out.putLong(of.number());
    } else if ((form & KIND) == PARTS) {
      out.putLong(row.parts()).putLong(row.bytes());
    }
    out.put(description);
    content.copyTo(envelope, out.position());
    return envelope;
  }

  /** How many bytes that is without the note, and what it has in parts. */
  static long bytes(EntryRow row) {
    int form = form(row);
    long elsewhere = (form & KIND) == PARTS ? row.bytes() : 0;
    int start = startBytes(row) - (row.isPostponed() ? NOTE_BYTES : 0);
    return start + description(form, row).length + valueBytes(form, row) + elsewhere;
  }

  private static byte[] description(int form, EntryRow row) {
    return (form & DESCRIBED) == 0 ? NOTHING : bytes(row.description());
  }

  private static int valueBytes(int form, EntryRow row) {
    return switch (form & KIND) {
      case CONTENT -> content(row).size();
      case NUMBER -> Long.BYTES;
      default -> PARTS_BYTES;
    };
  }

  private static int form(EntryRow row) {
    int kind =
        row.parts() != EntryRow.NO_PARTS
            ? PARTS
            : row.value() instanceof Value.OfNumber ? NUMBER : CONTENT;
    return kind
        | (row.expiresMillis() == Entry.NEVER ? 0 : EXPIRES)
        | (row.isPostponed() ? POSTPONED : 0)
        | (row.description().equals(Description.NONE) ? 0 : DESCRIBED);
  }

  private static ByteString content(EntryRow row) {
    return row.parts() == EntryRow.NO_PARTS && row.value() instanceof Value.OfBytes of
        ? of.content()
        : ByteString.EMPTY;
  }

  private static void putStart(ByteBuffer out, int form, EntryRow row) {
    out.put((byte) form).putLong(row.version());
    if ((form & EXPIRES) != 0) {
      out.putLong(row.expiresMillis());
    }
    if ((form & POSTPONED) != 0) {
      out.putLong(row.notedMillis()).putLong(row.notedVersion());
    }
  }

  /** What a touch changes: the form, the version and the expiry. */
  static byte[] start(EntryRow row) {
    byte[] start = new byte[startBytes(row)];
    putStart(ByteBuffer.wrap(start), form(row), row);
    return start;
  }

  /** How long that is. */
  static int startBytes(EntryRow row) {
    return Byte.BYTES
        + Long.BYTES
        + (row.expiresMillis() == Entry.NEVER ? 0 : Long.BYTES)
        + (row.isPostponed() ? NOTE_BYTES : 0);
  }

  /**
   * The start of what is there, when its expiry is noted for its own time.
   *
   * @param head of what expires and was put off
   */
  static byte[] startNotPostponed(byte[] head) {
    byte[] start = Arrays.copyOf(head, Byte.BYTES + 2 * Long.BYTES);
    start[0] &= ~POSTPONED;
    return start;
  }

  private static byte[] bytes(Description description) {
    byte[] mediaType = description.mediaType().getBytes(UTF_8);
    byte[] metadata = Metadata.bytes(description.metadata());
    return ByteBuffer.allocate(2 * Integer.BYTES + mediaType.length + metadata.length)
        .putInt(mediaType.length)
        .put(mediaType)
        .putInt(metadata.length)
        .put(metadata)
        .array();
  }

  static EntryRow read(byte[] envelope) {
    return read(envelope, true);
  }

  /**
   * Reads what is there without value and description.
   *
   * @param head at least the first {@link #HEAD_BYTES}, or all if that is fewer
   */
  static EntryRow readHead(byte[] head) {
    return read(head, false);
  }

  private static EntryRow read(byte[] envelope, boolean whole) {
    ByteBuffer in = ByteBuffer.wrap(envelope);
    int form = in.get();
    if ((form & ~(KIND | EXPIRES | DESCRIBED | POSTPONED)) != 0 || (form & KIND) > PARTS) {
      throw new IllegalStateException("an entry of form %d (expected: 0 to 30)".formatted(form));
    }
    long version = in.getLong();
    long expires = (form & EXPIRES) == 0 ? Entry.NEVER : in.getLong();
    long notedMillis = (form & POSTPONED) == 0 ? Entry.NEVER : in.getLong();
    long notedVersion = (form & POSTPONED) == 0 ? 0 : in.getLong();
    long parts = EntryRow.NO_PARTS;
    long bytes = 0;
    @Nullable Value value = null;
    if ((form & KIND) == NUMBER) {
      value = whole ? new Value.OfNumber(in.getLong()) : null;
    } else if ((form & KIND) == PARTS) {
      parts = in.getLong();
      bytes = in.getLong();
    }
    Description description = whole && (form & DESCRIBED) != 0 ? description(in) : Description.NONE;
    if (whole && (form & KIND) == CONTENT) {
      bytes = in.remaining();
      value =
          new Value.OfBytes(
              UnsafeByteOperations.unsafeWrap(envelope, in.position(), in.remaining()));
    }
    EntryRow row = new EntryRow(value, bytes, parts, description, version, expires);
    row.noted(notedMillis, notedVersion);
    return row;
  }

  private static Description description(ByteBuffer in) {
    String mediaType = new String(LoggedChange.bytes(in), UTF_8);
    return new Description(mediaType, Metadata.of(LoggedChange.bytes(in)));
  }
}
