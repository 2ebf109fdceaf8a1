package io.purpledb.backend.disk.database;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.disk.log.LoggedChange;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values that are too large for a row: they are kept in parts in a table of their own, and the row
 * has the number of the parts. H2 writes a page whole with each change of one of its rows, and
 * several times over in memory; with parts that is little, however large a value is.
 *
 * <p>A value never takes the place of another's parts, as H2 keeps what a transaction replaces
 * until its end: it gets a version of its own, and what is not needed any more is noted, in the
 * same transaction, and deleted bit by bit in later ones.
 *
 * <p>On the writer's thread, but for {@link #read}.
 */
public final class LargeValues implements Maintenance {

  private static final Logger LOG = System.getLogger(LargeValues.class.getName());

  /** The tables, for a schema with large values. */
  public static final List<String> TABLES =
      List.of(
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
    """);

  /** The largest part, and the largest value that is kept in its row. */
  public static final int PART_BYTES = 256 << 10;

  /** How many parts are read at once, and deleted by one transaction. */
  private static final int BIT = 8;

  /** How much that is at most. */
  public static final long FREED_BYTES = (long) BIT * PART_BYTES;

  /** How often a value is read that changes meanwhile. */
  private static final int READS = 3;

  /** The version of a value that is put once. */
  private static final long ONLY = 1;

  private static final String SOME =
      "SELECT CONTENT FROM VALUE_PART WHERE VALUE_KEY = ? AND VERSION = 1 AND PART BETWEEN ? AND ?"
          + " ORDER BY PART";

  private static final String ANY = "SELECT 1 FROM VALUE_PART FETCH FIRST ROW ONLY";
  private static final String PUT = "INSERT INTO VALUE_PART VALUES (?, ?, ?, ?)";
  private static final String NOTE =
      "MERGE INTO VALUE_GARBAGE KEY(GARBAGE_KEY, VERSION) VALUES (?, ?)";
  private static final String GARBAGE =
      "SELECT GARBAGE_KEY, VERSION FROM VALUE_GARBAGE FETCH FIRST ? ROWS ONLY";
  private static final String LAST_PART =
      "SELECT COALESCE(MAX(PART), -1) FROM VALUE_PART WHERE VALUE_KEY = ? AND VERSION = ?";
  private static final String DELETE =
      "DELETE FROM VALUE_PART WHERE VALUE_KEY = ? AND VERSION = ? AND PART >= ?";
  private static final String FORGET =
      "DELETE FROM VALUE_GARBAGE WHERE GARBAGE_KEY = ? AND VERSION = ?";

  /** The statements that change rows, by their names in the log. */
  public static final Map<String, String> STATEMENTS =
      Map.of(
          "put part", PUT,
          "delete parts", DELETE,
          "free parts", NOTE,
          "freed parts", FORGET);

  /** Those of the statements without which nothing is lost but room. */
  public static final Set<String> FREEING = Set.of(DELETE, FORGET);

  /** Whether there may be parts: most databases have none, and no write of theirs looks for any. */
  private boolean any;

  private boolean garbage;

  /** What was to be freed and cannot be read; looked for again when the database is opened anew. */
  private final Set<Parts> unreadable = new HashSet<>();

  /** One value's parts. */
  private record Parts(ByteString key, long version) {}

  /**
   * Some parts, or the whole value when it is in its row.
   *
   * @param version of the parts, 0 when the value is in its row
   */
  private record Bit(long version, List<ByteString> contents) {}

  /** A row of the {@link #query}. */
  private record Row(ByteString content, long version, @Nullable ByteString part) {

    static Row read(ResultSet row) throws SQLException {
      byte[] part = row.getBytes(3);
      return new Row(
          UnsafeByteOperations.unsafeWrap(row.getBytes(1)),
          row.getLong(2),
          part == null ? null : UnsafeByteOperations.unsafeWrap(part));
    }
  }

  /**
   * The query for some parts of a value: rows of the content of the key's row, of the newest
   * version, and of a part of that.
   *
   * @param condition of the row, with parameters; they follow those for the first and last part
   */
  public static String query(String table, String keyColumn, String condition) {
    return """
    SELECT T.CONTENT, (SELECT MAX(VERSION) FROM VALUE_PART WHERE VALUE_KEY = T.%2$s), P.CONTENT
    FROM %1$s T LEFT JOIN VALUE_PART P
    ON P.VALUE_KEY = T.%2$s
    AND P.VERSION = (SELECT MAX(VERSION) FROM VALUE_PART WHERE VALUE_KEY = T.%2$s)
    AND P.PART BETWEEN ? AND ?
    WHERE %3$s ORDER BY P.PART
    """
        .formatted(table, keyColumn, condition);
  }

  /** Called when the database was opened; {@link #start} is next. */
  public void opened() {
    unreadable.clear();
  }

  @Override
  public void start(Sql sql) throws SQLException {
    any = isAny(sql);
    garbage = true; // as long as it was not looked for
  }

  private static boolean isAny(Sql sql) throws SQLException {
    try {
      return sql.first(ANY, row -> true) != null;
    } catch (SQLException e) {
      if (!Refusals.isUnreadable(e)) {
        throw e;
      }
      return true; // what there is may be read all the same
    }
  }

  /** Deletes some of the parts that are not needed any more; what cannot be read stays. */
  @Override
  public boolean run(Sql sql) throws SQLException {
    if (!garbage) {
      return false;
    }
    Parts oldest;
    try {
      oldest = oldest(sql);
    } catch (SQLException e) {
      if (!Refusals.isUnreadable(e)) {
        throw e;
      }
      LOG.log(Level.WARNING, "parts of large values are not freed until the next start", e);
      oldest = null;
    }
    if (oldest == null) {
      garbage = false;
      return false;
    }
    try {
      free(sql, oldest);
    } catch (SQLException e) {
      notFreed(oldest, e);
    }
    return true;
  }

  private @Nullable Parts oldest(Sql sql) throws SQLException {
    List<Parts> some =
        sql.all(
            GARBAGE,
            row -> new Parts(ByteString.copyFrom(row.getBytes(1)), row.getLong(2)),
            unreadable.size() + 1L);
    return some.stream().filter(parts -> !unreadable.contains(parts)).findFirst().orElse(null);
  }

  private static void free(Sql sql, Parts parts) throws SQLException {
    byte[] key = parts.key.toByteArray();
    long left = number(sql, LAST_PART, key, parts.version) + 1 - BIT;
    sql.change(DELETE, key, parts.version, left);
    if (left <= 0) {
      sql.change(FORGET, key, parts.version);
    }
  }

  private void notFreed(Parts parts, SQLException e) throws SQLException {
    if (!Refusals.isUnreadable(e)) {
      throw e;
    }
    LOG.log(
        unreadable.isEmpty() ? Level.WARNING : Level.DEBUG,
        "the room of a large value that is not there any more is not freed: {0}",
        Refusals.reason(e));
    unreadable.add(parts);
  }

  private void write(Sql sql, byte[] key, long version, ByteString value) throws SQLException {
    any = true;
    Ahead ahead = isAhead(value.size()) ? sql.ahead() : null;
    long number = 0;
    for (int from = 0; from < value.size() || number == 0; from += PART_BYTES) {
      int to = Math.min(value.size(), from + PART_BYTES);
      ByteString part = value.substring(from, to); // no copy is kept
      if (ahead == null) {
        sql.change(PUT, key, version, number++, part);
      } else {
        putAhead(ahead, key, version, number++, part, to == value.size());
      }
    }
  }

  /** Whether a value is kept in parts. */
  public static boolean isLarge(long bytes) {
    return bytes > PART_BYTES;
  }

  /** Whether there may be any. */
  public boolean any() {
    return any;
  }

  /**
   * Puts a value under a number that no other has or had; only the number tells that it is there.
   */
  public void putNew(Sql sql, long id, ByteString value) throws SQLException {
    write(sql, key(id), ONLY, value);
  }

  /** A value that was put under a number is not needed any more. */
  public void drop(Sql sql, long id) throws SQLException {
    sql.change(NOTE, key(id), ONLY);
    garbage = true;
  }

  /**
   * Reads a value that was put under a number, in bits as {@link #read}.
   *
   * @throws ConcurrentModificationException when it was dropped meanwhile
   */
  public static ByteString read(Sql sql, long id, long bytes) throws SQLException {
    List<ByteString> parts = new ArrayList<>();
    long left = bytes;
    while (left > 0) {
      List<ByteString> some =
          sql.all(
              SOME,
              row -> UnsafeByteOperations.unsafeWrap(row.getBytes(1)),
              key(id),
              (long) parts.size(),
              (long) parts.size() + BIT - 1);
      if (some.isEmpty()) {
        throw new ConcurrentModificationException("the value was dropped while it was read");
      }
      for (ByteString part : some) {
        left -= part.size();
        parts.add(part);
      }
    }
    return ByteString.copyFrom(parts); // without a copy of the bytes
  }

  private static byte[] key(long id) {
    return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
  }

  /** About how many bytes of the database a change concerns: a deletion names no content. */
  public static long bytes(LoggedChange change) {
    return change.sql().equals(DELETE) ? FREED_BYTES : change.bytes();
  }

  /** Whether a change of so many bytes may commit a part of them before the rest. */
  public static boolean isAhead(long bytes) {
    return bytes > FREED_BYTES;
  }

  /** Puts a part; a bit of them is committed together. */
  private static void putAhead(
      Ahead ahead, byte[] key, long version, long number, ByteString part, boolean last)
      throws SQLException {
    ahead.change(PUT, key, version, number, part);
    if (last || number % BIT == BIT - 1) {
      ahead.commit(FREED_BYTES, LoggedChange.of(DELETE, key, version, number - number % BIT));
    }
  }

  /**
   * Reads a value, wherever it is. The parts are read in bits, as H2 has a second copy of what it
   * answers, and keeps that.
   *
   * @param get the query for the content of the row, which alone is enough for most values
   * @param getParts the {@link #query} for parts
   * @param parameters of both queries
   * @return null when there is no row
   * @throws ConcurrentModificationException when the value changes again and again, which it does
   *     not for the writer
   */
  public static @Nullable ByteString read(
      Sql sql, String get, String getParts, Object... parameters) throws SQLException {
    byte[] content = sql.first(get, row -> row.getBytes(1), parameters);
    if (content == null || content.length > 0) {
      return content == null ? null : UnsafeByteOperations.unsafeWrap(content);
    }
    for (int attempt = 0; attempt < READS; attempt++) {
      Bit first = bit(sql, getParts, 0, parameters);
      if (first == null || first.version == 0) {
        return first == null ? null : ByteString.copyFrom(first.contents);
      }
      List<ByteString> all = new ArrayList<>(first.contents);
      Bit next = first;
      while (next != null && next.version == first.version && next.contents.size() == BIT) {
        next = bit(sql, getParts, all.size(), parameters);
        if (next != null) {
          all.addAll(next.contents);
        }
      }
      if (next != null && next.version == first.version) {
        return ByteString.copyFrom(all); // without a copy of the bytes
      }
    }
    throw new ConcurrentModificationException("the value changes while it is read");
  }

  /** Some parts from one on, none behind the last; null when there is no row. */
  private static @Nullable Bit bit(Sql sql, String getParts, long from, Object... parameters)
      throws SQLException {
    Object[] all = new Object[parameters.length + 2];
    all[0] = from;
    all[1] = from + BIT - 1;
    System.arraycopy(parameters, 0, all, 2, parameters.length);
    List<Row> rows = sql.all(getParts, Row::read, all);
    if (rows.isEmpty()) {
      return null;
    }
    Row any = rows.get(0);
    if (!any.content.isEmpty() || any.version == 0) {
      return new Bit(0, List.of(any.content));
    }
    List<ByteString> contents = new ArrayList<>();
    for (Row row : rows) {
      if (row.part != null) {
        contents.add(row.part);
      }
    }
    return new Bit(any.version, contents);
  }

  private static long number(Sql sql, String query, Object... parameters) throws SQLException {
    return Objects.requireNonNull(sql.first(query, row -> row.getLong(1), parameters));
  }
}
