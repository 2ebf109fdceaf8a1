package io.purpledb.backend.disk.upgrade;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Numbers in a table: a key and a number in each row. A column of booleans is read as 1 and 0.
 *
 * @param service what the files were called, too
 * @param table the name of the table
 * @param key the name of the column of keys
 * @param number the name of the column of numbers
 */
public record FormerNumbers(String service, Schema schema, String table, String key, String number)
    implements Former {

  private static final int AT_ONCE = 1_000;

  public static FormerNumbers counters() {
    Schema schema =
        Schema.first(
            """
            CREATE TABLE COUNTER(
              COUNTER_KEY VARBINARY(1024) PRIMARY KEY,
              AMOUNT BIGINT NOT NULL)
            """);
    return new FormerNumbers("counter", schema, "COUNTER", "COUNTER_KEY", "AMOUNT");
  }

  public static FormerNumbers flags() {
    Schema schema =
        Schema.first(
            """
            CREATE TABLE FLAG(
              FLAG_KEY VARBINARY(1024) PRIMARY KEY,
              RAISED BOOLEAN NOT NULL)
            """);
    return new FormerNumbers("flag", schema, "FLAG", "FLAG_KEY", "RAISED");
  }

  private record Row(ByteString key, long number) {}

  @Override
  public long count(Sql sql) throws SQLException {
    String count = "SELECT COUNT(*) FROM " + table;
    return Objects.requireNonNull(sql.first(count, row -> row.getLong(1)));
  }

  @Override
  public long millis(Sql sql) {
    return 0;
  }

  @Override
  public Pieces pieces(Sql sql, ByteString after, long pieceBytes) {
    return new NumberPieces(sql, after);
  }

  private FormerEntry item(Row row) {
    Key name = Key.of(Call.DEFAULT_NAMESPACE, service, row.key.toStringUtf8());
    return new FormerEntry(name, new Value.OfNumber(row.number), Entry.NEVER);
  }

  private final class NumberPieces implements Pieces {

    private final Sql sql;
    private final String some =
        """
        SELECT %1$s, CAST(%2$s AS BIGINT) FROM %3$s WHERE %1$s > ?
        ORDER BY %1$s FETCH FIRST %4$d ROWS ONLY
        """
            .formatted(key, number, table, AT_ONCE);

    private ByteString last;

    NumberPieces(Sql sql, ByteString after) {
      this.sql = sql;
      this.last = after;
    }

    @Override
    public @Nullable Piece next() throws SQLException {
      List<Row> rows =
          sql.all(some, row -> new Row(ByteString.copyFrom(row.getBytes(1)), row.getLong(2)), last);
      if (rows.isEmpty()) {
        return null;
      }
      last = rows.get(rows.size() - 1).key;
      return new Piece(rows.stream().map(FormerNumbers.this::item).toList(), last, 0);
    }
  }
}
