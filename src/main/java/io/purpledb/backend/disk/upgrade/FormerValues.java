package io.purpledb.backend.disk.upgrade;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Values in a table, large ones in parts. Those that were written before there were parts are in
 * their rows, however large they are.
 */
public final class FormerValues implements Former {

  private static final String NEVER = String.valueOf(Entry.NEVER);

  private static final String NO_TIME = "0";

  private final String service;
  private final Schema schema;
  private final String millis;
  private final String count;
  private final String sizes;
  private final String some;
  private final String get;
  private final String getParts;

  /**
   * @param service what the files were called, too
   * @param table the name of the table
   * @param key the name of the column of keys
   * @param expires what tells in SQL when an entry of the table expires
   * @param millis what tells in SQL the time that the database knows of
   */
  private FormerValues(
      String service, Schema schema, String table, String key, String expires, String millis) {
    this.service = service;
    this.schema = schema;
    this.millis = "SELECT " + millis;
    count = "SELECT COUNT(*) FROM " + table;
    sizes =
        """
        SELECT %1$s, OCTET_LENGTH(CONTENT), CASE WHEN OCTET_LENGTH(CONTENT) = 0
        THEN (SELECT MAX(VERSION) FROM VALUE_PART WHERE VALUE_KEY = %1$s) END, %3$s
        FROM %2$s WHERE %1$s > ?
        ORDER BY %1$s FETCH FIRST 1000 ROWS ONLY
        """
            .formatted(key, table, expires);
    some =
        "SELECT %1$s, CONTENT, %3$s FROM %2$s WHERE %1$s >= ? AND %1$s <= ? ORDER BY %1$s"
            .formatted(key, table, expires);
    get = "SELECT CONTENT FROM %s WHERE %s = ?".formatted(table, key);
    getParts = LargeValues.query(table, key, key + " = ?");
  }

  /** The values of the key/value store, which never expire. */
  public static FormerValues kv() {
    Schema schema =
        Schema.first(
                """
                CREATE TABLE KV(
                  KV_KEY VARBINARY(1024) PRIMARY KEY,
                  CONTENT VARBINARY(67108864) NOT NULL)
                """)
            .then(LargeValues.TABLES);
    return new FormerValues("kv", schema, "KV", "KV_KEY", NEVER, NO_TIME);
  }

  /** The texts of the cache, with those that have expired and were not deleted yet. */
  public static FormerValues cache() {
    Schema schema =
        Schema.first(
                """
                CREATE TABLE CACHE(
                  CACHE_KEY VARBINARY(1024) PRIMARY KEY,
                  CONTENT VARBINARY(67108864) NOT NULL,
                  DEADLINE BIGINT NOT NULL,
                  COST BIGINT NOT NULL)
                """,
                "CREATE INDEX CACHE_DEADLINE ON CACHE(DEADLINE)")
            .then(LargeValues.TABLES)
            .then(
                "CREATE TABLE CACHE_TIME(MILLIS BIGINT NOT NULL)",
                "INSERT INTO CACHE_TIME VALUES (0)");
    String millis = "COALESCE((SELECT MAX(MILLIS) FROM CACHE_TIME), 0)";
    return new FormerValues("cache", schema, "CACHE", "CACHE_KEY", "DEADLINE", millis);
  }

  @Override
  public String service() {
    return service;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long count(Sql sql) throws SQLException {
    return number(sql, count);
  }

  @Override
  public long millis(Sql sql) throws SQLException {
    return number(sql, millis);
  }

  private static long number(Sql sql, String query) throws SQLException {
    return Objects.requireNonNull(sql.first(query, row -> row.getLong(1)));
  }

  @Override
  public Pieces pieces(Sql sql, ByteString after, long pieceBytes) {
    return new ValuePieces(sql, after, pieceBytes);
  }

  /** A row, how large it is, and whether its value is elsewhere. */
  private record Size(ByteString key, long bytes, boolean inParts, long expiresMillis) {

    static Size read(ResultSet row) throws SQLException {
      return new Size(
          ByteString.copyFrom(row.getBytes(1)),
          row.getLong(2),
          row.getObject(3) != null,
          row.getLong(4));
    }
  }

  private final class ValuePieces implements Pieces {

    private final Sql sql;
    private final long pieceBytes;

    /** What is read next: H2 has all that a query answers in memory. */
    private final Queue<Size> ahead = new ArrayDeque<>();

    private ByteString lastSize;

    ValuePieces(Sql sql, ByteString after, long pieceBytes) {
      this.sql = sql;
      this.lastSize = after;
      this.pieceBytes = pieceBytes;
    }

    @Override
    public @Nullable Piece next() throws SQLException {
      if (ahead.isEmpty()) {
        ahead.addAll(sql.all(sizes, Size::read, lastSize));
      }
      Size first = ahead.poll();
      if (first == null) {
        return null;
      }
      lastSize = first.key;
      return first.inParts ? one(first) : some(first);
    }

    private Piece one(Size size) throws SQLException {
      byte[] k = size.key.toByteArray();
      ByteString value = Objects.requireNonNull(LargeValues.read(sql, get, getParts, k));
      FormerEntry item = item(size.key, value, size.expiresMillis);
      return new Piece(List.of(item), size.key, value.size());
    }

    private Piece some(Size first) throws SQLException {
      long bytes = first.bytes;
      Size next = ahead.peek();
      while (next != null && !next.inParts && bytes + next.bytes <= pieceBytes) {
        bytes += next.bytes;
        lastSize = next.key;
        ahead.remove();
        next = ahead.peek();
      }
      List<FormerEntry> items =
          sql.all(
              some,
              row ->
                  item(
                      ByteString.copyFrom(row.getBytes(1)),
                      UnsafeByteOperations.unsafeWrap(row.getBytes(2)),
                      row.getLong(3)),
              first.key,
              lastSize);
      return new Piece(items, lastSize, bytes);
    }

    private FormerEntry item(ByteString key, ByteString value, long expiresMillis) {
      Key name = Key.of(Call.DEFAULT_NAMESPACE, service, key.toStringUtf8());
      return new FormerEntry(name, new Value.OfBytes(value), expiresMillis);
    }
  }
}
