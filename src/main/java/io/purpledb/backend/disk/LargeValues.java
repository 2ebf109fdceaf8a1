package io.purpledb.backend.disk;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Values that are too large for a row: they are kept in parts in a table of their own, and the row
 * of the key is empty. H2 writes a page whole with each change of one of its rows, and several
 * times over in memory; with parts that is little, however large a value is.
 *
 * <p>A value never takes the place of another's parts, as H2 keeps what a transaction replaces
 * until its end: it gets a version of its own, and what is not needed any more is noted, in the
 * same transaction, and deleted bit by bit in later ones.
 *
 * <p>On the writer's thread, but for {@link #read}.
 */
final class LargeValues implements Upkeep {

  /** The tables, for the schema of each service that has large values. */
  static final String[] TABLES = {
    """
    CREATE TABLE VALUE_PART(
      VALUE_KEY VARBINARY(1024),
      VERSION BIGINT,
      PART BIGINT,
      CONTENT VARBINARY(1048576) NOT NULL,
      PRIMARY KEY (VALUE_KEY, VERSION, PART))
    """,
    """
    CREATE TABLE VALUE_GARBAGE(
      GARBAGE_KEY VARBINARY(1024),
      VERSION BIGINT,
      PRIMARY KEY (GARBAGE_KEY, VERSION))
    """
  };

  /** The largest part, and the largest value that is kept in its row. */
  static final int PART_BYTES = 256 << 10;

  /** How many parts one transaction deletes. */
  private static final int BIT = 8;

  /** How much that is at most. */
  static final long FREED_BYTES = (long) BIT * PART_BYTES;

  private static final byte[] ELSEWHERE = {};

  private static final String ANY = "SELECT 1 FROM VALUE_PART FETCH FIRST ROW ONLY";
  private static final String LAST =
      "SELECT COALESCE(MAX(VERSION), 0) FROM VALUE_PART WHERE VALUE_KEY = ?";
  private static final String PUT = "INSERT INTO VALUE_PART VALUES (?, ?, ?, ?)";
  private static final String NOTE =
      "MERGE INTO VALUE_GARBAGE KEY(GARBAGE_KEY, VERSION) VALUES (?, ?)";
  private static final String GARBAGE =
      "SELECT GARBAGE_KEY, VERSION FROM VALUE_GARBAGE FETCH FIRST ROW ONLY";
  private static final String LAST_PART =
      "SELECT COALESCE(MAX(PART), -1) FROM VALUE_PART WHERE VALUE_KEY = ? AND VERSION = ?";
  private static final String DELETE =
      "DELETE FROM VALUE_PART WHERE VALUE_KEY = ? AND VERSION = ? AND PART >= ?";
  private static final String FORGET =
      "DELETE FROM VALUE_GARBAGE WHERE GARBAGE_KEY = ? AND VERSION = ?";

  /** Whether there may be parts: most databases have none, and no write of theirs looks for any. */
  private boolean any;

  private boolean garbage;

  /** One value's parts. */
  private record Parts(ByteString key, long version) {}

  /**
   * The query for a value in parts: rows of the content of the key's row and of a part.
   *
   * @param condition of the row, with parameters
   */
  static String query(String table, String keyColumn, String condition) {
    return """
    SELECT T.CONTENT, P.CONTENT FROM %1$s T LEFT JOIN VALUE_PART P
    ON P.VALUE_KEY = T.%2$s
    AND P.VERSION = (SELECT MAX(VERSION) FROM VALUE_PART WHERE VALUE_KEY = T.%2$s)
    WHERE %3$s ORDER BY P.PART
    """
        .formatted(table, keyColumn, condition);
  }

  @Override
  public void start(Sql sql) throws SQLException {
    any = sql.first(ANY, row -> true) != null;
    garbage = true; // as long as it was not looked for
  }

  /** Deletes some of the parts that are not needed any more. */
  @Override
  public boolean run(Sql sql) throws SQLException {
    if (!garbage) {
      return false;
    }
    Parts oldest =
        sql.first(GARBAGE, row -> new Parts(ByteString.copyFrom(row.getBytes(1)), row.getLong(2)));
    if (oldest == null) {
      garbage = false;
      return false;
    }
    byte[] key = oldest.key.toByteArray();
    long left = number(sql, LAST_PART, key, oldest.version) + 1 - BIT;
    sql.change(DELETE, key, oldest.version, left);
    if (left <= 0) {
      sql.change(FORGET, key, oldest.version);
    }
    return true;
  }

  /**
   * Puts a value in the place of an older one.
   *
   * @return what the row of the key has to contain
   */
  byte[] put(Sql sql, byte[] key, byte[] value) throws SQLException {
    long last = noteLast(sql, key);
    if (value.length <= PART_BYTES && (value.length > 0 || last == 0)) {
      return value;
    }
    any = true;
    long number = 0;
    for (int from = 0; from < value.length || number == 0; from += PART_BYTES) {
      int bytes = Math.min(value.length - from, PART_BYTES);
      ByteString part = UnsafeByteOperations.unsafeWrap(value, from, bytes); // no copy is kept
      sql.change(PUT, key, last + 1, number++, part);
    }
    return ELSEWHERE;
  }

  /** Deletes a value's parts, if it has any. */
  void delete(Sql sql, byte[] key) throws SQLException {
    noteLast(sql, key);
  }

  /** Notes what is there of a key as not needed any more; answers its last version, 0 for none. */
  private long noteLast(Sql sql, byte[] key) throws SQLException {
    long last = any ? number(sql, LAST, key) : 0;
    if (last > 0) {
      sql.change(NOTE, key, last);
      garbage = true;
    }
    return last;
  }

  /**
   * Reads a value, wherever it is.
   *
   * @param get the query for the content of the row, which alone is enough for most values
   * @param getAll the {@link #query} for all: a single one, as the value may change between two
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

  private static long number(Sql sql, String query, Object... parameters) throws SQLException {
    return Objects.requireNonNull(sql.first(query, row -> row.getLong(1), parameters));
  }
}
