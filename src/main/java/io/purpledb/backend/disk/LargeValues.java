package io.purpledb.backend.disk;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values that are too large for a row: they are kept in parts in a table of their own, and the row
 * of the key is empty. H2 writes a page whole with each change of one of its rows, and several
 * times over in memory; with parts that is little, however large a value is.
 *
 * <p>On the writer's thread, but for {@link #read}.
 */
final class LargeValues implements Upkeep {

  /** The table, for the schema of each service that has large values. */
  static final String TABLE =
      """
      CREATE TABLE VALUE_PART(
        VALUE_KEY VARBINARY(1024),
        PART BIGINT,
        CONTENT VARBINARY(1048576) NOT NULL,
        PRIMARY KEY (VALUE_KEY, PART))
      """;

  /** The largest part, and the largest value that is kept in its row. */
  static final int PART_BYTES = 256 << 10;

  private static final byte[] ELSEWHERE = {};

  private static final String ANY = "SELECT 1 FROM VALUE_PART FETCH FIRST ROW ONLY";
  private static final String PUT = "MERGE INTO VALUE_PART KEY(VALUE_KEY, PART) VALUES (?, ?, ?)";
  private static final String DELETE = "DELETE FROM VALUE_PART WHERE VALUE_KEY = ?";

  /** Whether there may be any: most databases have none, and no write of theirs looks for parts. */
  private boolean any;

  @Override
  public void start(Sql sql) throws SQLException {
    any = sql.first(ANY, row -> true) != null;
  }

  @Override
  public boolean run(Sql sql) {
    return false;
  }

  /**
   * Puts a value's parts in the place of those of an older one.
   *
   * @return what the row of the key has to contain
   */
  byte[] put(Sql sql, byte[] key, byte[] value) throws SQLException {
    delete(sql, key);
    if (value.length <= PART_BYTES) {
      return value;
    }
    any = true;
    for (int from = 0; from < value.length; from += PART_BYTES) {
      byte[] part = Arrays.copyOfRange(value, from, Math.min(value.length, from + PART_BYTES));
      sql.change(PUT, key, (long) (from / PART_BYTES), part);
    }
    return ELSEWHERE;
  }

  /** Deletes the parts of a value, if it has any. */
  void delete(Sql sql, byte[] key) throws SQLException {
    if (any) {
      sql.change(DELETE, key);
    }
  }

  /**
   * Reads a value, wherever it is.
   *
   * @param get the query for the content of the row, which alone is enough for most values
   * @param getAll the query for the content of the row and the parts in their order, in rows of
   *     two: one query, as the value may change between two
   * @param parameters of both queries
   * @return null when there is no row
   */
  static @Nullable ByteString read(Sql sql, String get, String getAll, Object... parameters)
      throws SQLException {
    byte[] content = sql.first(get, row -> row.getBytes(1), parameters);
    if (content == null || content.length > 0) {
      return content == null ? null : UnsafeByteOperations.unsafeWrap(content);
    }
    List<ByteString> all =
        sql.all(getAll, row -> wrapped(row.getBytes(1), row.getBytes(2)), parameters);
    return all.isEmpty() ? null : ByteString.copyFrom(all);
  }

  private static ByteString wrapped(byte[] content, byte @Nullable [] part) {
    return UnsafeByteOperations.unsafeWrap(part == null ? content : part);
  }
}
