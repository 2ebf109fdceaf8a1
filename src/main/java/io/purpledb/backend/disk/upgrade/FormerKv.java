package io.purpledb.backend.disk.upgrade;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Key;
import io.purpledb.engine.Value;
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
public final class FormerKv implements Former {

  private static final String COUNT = "SELECT COUNT(*) FROM KV";
  private static final String SIZES =
      """
      SELECT KV_KEY, OCTET_LENGTH(CONTENT), CASE WHEN OCTET_LENGTH(CONTENT) = 0
      THEN (SELECT MAX(VERSION) FROM VALUE_PART WHERE VALUE_KEY = KV_KEY) END
      FROM KV WHERE KV_KEY > ?
      ORDER BY KV_KEY FETCH FIRST 1000 ROWS ONLY
      """;
  private static final String SOME =
      "SELECT KV_KEY, CONTENT FROM KV WHERE KV_KEY >= ? AND KV_KEY <= ? ORDER BY KV_KEY";
  private static final String GET = "SELECT CONTENT FROM KV WHERE KV_KEY = ?";
  private static final String GET_PARTS = LargeValues.query("KV", "KV_KEY", "KV_KEY = ?");

  @Override
  public String service() {
    return "kv";
  }

  @Override
  public Schema schema() {
    return Schema.first(
            """
            CREATE TABLE KV(
              KV_KEY VARBINARY(1024) PRIMARY KEY,
              CONTENT VARBINARY(67108864) NOT NULL)
            """)
        .then(LargeValues.TABLES);
  }

  @Override
  public long count(Sql sql) throws SQLException {
    return Objects.requireNonNull(sql.first(COUNT, row -> row.getLong(1)));
  }

  @Override
  public Pieces pieces(Sql sql, ByteString after, long pieceBytes) {
    return new KvPieces(sql, after, pieceBytes);
  }

  /** A row, how large it is, and whether its value is elsewhere. */
  private record Size(ByteString key, long bytes, boolean inParts) {

    static Size read(ResultSet row) throws SQLException {
      return new Size(
          ByteString.copyFrom(row.getBytes(1)), row.getLong(2), row.getObject(3) != null);
    }
  }

  private static final class KvPieces implements Pieces {

    private final Sql sql;
    private final long pieceBytes;

    /** What is read next: H2 has all that a query answers in memory. */
    private final Queue<Size> ahead = new ArrayDeque<>();

    private ByteString lastSize;

    KvPieces(Sql sql, ByteString after, long pieceBytes) {
      this.sql = sql;
      this.lastSize = after;
      this.pieceBytes = pieceBytes;
    }

    @Override
    public @Nullable Piece next() throws SQLException {
      if (ahead.isEmpty()) {
        ahead.addAll(sql.all(SIZES, Size::read, lastSize));
      }
      Size first = ahead.poll();
      if (first == null) {
        return null;
      }
      lastSize = first.key;
      return first.inParts ? one(first.key) : some(first);
    }

    private Piece one(ByteString key) throws SQLException {
      byte[] k = key.toByteArray();
      ByteString value = Objects.requireNonNull(LargeValues.read(sql, GET, GET_PARTS, k));
      return new Piece(List.of(item(key, value)), key, value.size());
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
              SOME,
              row ->
                  item(
                      ByteString.copyFrom(row.getBytes(1)),
                      UnsafeByteOperations.unsafeWrap(row.getBytes(2))),
              first.key,
              lastSize);
      return new Piece(items, lastSize, bytes);
    }

    private static FormerEntry item(ByteString key, ByteString value) {
      Key name = Key.of(Call.DEFAULT_NAMESPACE, "kv", key.toStringUtf8());
      return new FormerEntry(name, new Value.OfBytes(value), Entry.NEVER);
    }
  }
}
