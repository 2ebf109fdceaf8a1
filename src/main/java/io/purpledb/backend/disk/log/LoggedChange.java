package io.purpledb.backend.disk.log;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.record.RecordFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement that changed rows, with its parameters: bytes, longs, booleans or nulls. Run again on
 * what was there before it, it gives the same rows, so a statement may depend on nothing else:
 * neither on the time nor on the numbers that H2 gives to rows.
 */
public record LoggedChange(String sql, List<@Nullable Object> parameters) {

  private static final byte BYTES = 'b';
  private static final byte LONG = 'l';
  private static final byte FALSE = 'f';
  private static final byte TRUE = 't';
  private static final byte NULL = 'n';

  /**
   * A statement with its parameters.
   *
   * @param parameters bytes (an array, not changed any more, or a byte string), longs, booleans,
   *     nulls
   * @throws IllegalArgumentException when a parameter is of another type
   */
  public static LoggedChange of(String sql, @Nullable Object... parameters) {
    for (Object parameter : parameters) {
      if (!(parameter == null
          || parameter instanceof byte[]
          || parameter instanceof ByteString
          || parameter instanceof Long
          || parameter instanceof Boolean)) {
        throw new IllegalArgumentException(
            "%s (expected: bytes, a long or a boolean)".formatted(parameter.getClass()));
      }
    }
    return new LoggedChange(sql, Arrays.asList(parameters.clone()));
  }

  /** How many bytes {@link #writeTo} writes. */
  public long bytes() {
    long bytes = Integer.BYTES + Byte.BYTES;
    for (Object parameter : parameters) {
      bytes += Byte.BYTES;
      if (parameter instanceof byte[] content) {
        bytes += Integer.BYTES + content.length;
      } else if (parameter instanceof ByteString content) {
        bytes += Integer.BYTES + content.size();
      } else if (parameter instanceof Long) {
        bytes += Long.BYTES;
      }
    }
    return bytes;
  }

  /**
   * @param statement the number of the statement's text in the record
   */
  void writeTo(RecordFile.Out out, int statement) throws IOException {
    out.putInt(statement);
    out.putByte(parameters.size());
    for (Object parameter : parameters) {
      if (parameter instanceof byte[] content) {
        out.putByte(BYTES);
        out.putInt(content.length);
        out.put(content);
      } else if (parameter instanceof ByteString content) {
        out.putByte(BYTES);
        out.putInt(content.size());
        for (ByteBuffer part : content.asReadOnlyByteBufferList()) {
          out.put(part);
        }
      } else if (parameter instanceof Long number) {
        out.putByte(LONG);
        out.putLong(number);
      } else if (parameter == null) {
        out.putByte(NULL);
      } else {
        out.putByte(parameter.equals(true) ? TRUE : FALSE);
      }
    }
  }

  /**
   * @param statements the texts of the record
   */
  static LoggedChange read(ByteBuffer in, List<String> statements) throws IOException {
    String sql = statements.get(in.getInt());
    @Nullable Object[] parameters = new Object[in.get()];
    for (int i = 0; i < parameters.length; i++) {
      byte type = in.get();
      parameters[i] =
          switch (type) {
            case BYTES -> bytes(in);
            case LONG -> in.getLong();
            case TRUE -> true;
            case FALSE -> false;
            case NULL -> null;
            default -> throw new IOException("a parameter of type %d".formatted(type));
          };
    }
    return new LoggedChange(sql, Arrays.asList(parameters));
  }

  public static byte[] bytes(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return bytes;
  }
}
