package io.purpledb.backend.disk.upgrade;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.message.Call;
import io.purpledb.service.SetService;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sets in a table: a set and an item in each row. */
public final class FormerSets implements Former {

  private static final int MOST_ROWS = 1_000;
  private static final int ROW_BYTES = 2 << 10;

  private static final String COUNT = "SELECT COUNT(*) FROM SET_ITEM";
  static final String OF_SET =
      """
      SELECT SET_KEY, ITEM FROM SET_ITEM WHERE SET_KEY = ? AND ITEM > ?
      ORDER BY SET_KEY, ITEM FETCH FIRST ? ROWS ONLY
      """;
  static final String OF_OTHERS =
      """
      SELECT SET_KEY, ITEM FROM SET_ITEM WHERE SET_KEY > ?
      ORDER BY SET_KEY, ITEM FETCH FIRST ? ROWS ONLY
      """;

  @Override
  public String service() {
    return "set";
  }

  @Override
  public Schema schema() {
    return Schema.first(
        """
        CREATE TABLE SET_ITEM(
          SET_KEY VARBINARY(1024),
          ITEM VARBINARY(1024),
          PRIMARY KEY (SET_KEY, ITEM))
        """);
  }

  @Override
  public long count(Sql sql) throws SQLException {
    return Objects.requireNonNull(sql.first(COUNT, row -> row.getLong(1)));
  }

  @Override
  public long millis(Sql sql) {
    return 0;
  }

  @Override
  public Pieces pieces(Sql sql, ByteString after, long pieceBytes) {
    long rows = Math.max(1, Math.min(MOST_ROWS, pieceBytes / ROW_BYTES));
    return new SetPieces(sql, after.isEmpty() ? null : Row.of(after), rows);
  }

  /** A member and the set that it is of. */
  private record Row(ByteString set, ByteString item) {

    /** Reads {@link #place}. */
    static Row of(ByteString place) {
      int length = place.asReadOnlyByteBuffer().getInt();
      ByteString both = place.substring(Integer.BYTES);
      return new Row(both.substring(0, length), both.substring(length));
    }

    /** Where it is among all: how long the set's key is, the key and the item. */
    ByteString place() {
      ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).putInt(set.size()).flip();
      return ByteString.copyFrom(length).concat(set).concat(item);
    }

    FormerEntry entry() {
      Key key = new Key(Call.DEFAULT_NAMESPACE, "set", set.toStringUtf8(), item.toStringUtf8());
      return new FormerEntry(key, SetService.MEMBER, Entry.NEVER);
    }
  }

  private static final class SetPieces implements Pieces {

    private final Sql sql;
    private final long mostRows;
    private @Nullable Row last;

    SetPieces(Sql sql, @Nullable Row last, long mostRows) {
      this.sql = sql;
      this.last = last;
      this.mostRows = mostRows;
    }

    @Override
    public @Nullable Piece next() throws SQLException {
      List<Row> rows = new ArrayList<>();
      Row before = last;
      if (before != null) {
        rows.addAll(some(OF_SET, before.set.toByteArray(), before.item.toByteArray(), mostRows));
      }
      if (rows.size() < mostRows) {
        byte[] behind = before == null ? new byte[0] : before.set.toByteArray();
        rows.addAll(some(OF_OTHERS, behind, mostRows - rows.size()));
      }
      if (rows.isEmpty()) {
        return null;
      }
      Row newest = rows.get(rows.size() - 1);
      last = newest;
      long bytes = rows.stream().mapToLong(row -> row.set.size() + row.item.size()).sum();
      return new Piece(rows.stream().map(Row::entry).toList(), newest.place(), bytes);
    }

    private List<Row> some(String query, Object... parameters) throws SQLException {
      return sql.all(
          query,
          row ->
              new Row(ByteString.copyFrom(row.getBytes(1)), ByteString.copyFrom(row.getBytes(2))),
          parameters);
    }
  }
}
