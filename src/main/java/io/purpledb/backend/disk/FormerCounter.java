package io.purpledb.backend.disk;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Key;
import io.purpledb.engine.Value;
import io.purpledb.message.Call;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counters in a table. */
final class FormerCounter implements Former {

  private static final String COUNT = "SELECT COUNT(*) FROM COUNTER";
  private static final String SOME =
      """
      SELECT COUNTER_KEY, AMOUNT FROM COUNTER WHERE COUNTER_KEY > ?
      ORDER BY COUNTER_KEY FETCH FIRST 1000 ROWS ONLY
      """;

  private record Row(ByteString key, long amount) {

    Item item() {
      Key name = Key.of(Call.DEFAULT_NAMESPACE, "counter", key.toStringUtf8());
      return new Item(name, new Value.OfNumber(amount), Entry.NEVER);
    }
  }

  @Override
  public String service() {
    return "counter";
  }

  @Override
  public Schema schema() {
    return Schema.first(
        """
        CREATE TABLE COUNTER(
          COUNTER_KEY VARBINARY(1024) PRIMARY KEY,
          AMOUNT BIGINT NOT NULL)
        """);
  }

  @Override
  public long count(Sql sql) throws SQLException {
    return Objects.requireNonNull(sql.first(COUNT, row -> row.getLong(1)));
  }

  @Override
  public Pieces pieces(Sql sql, ByteString after, long pieceBytes) {
    return new Pieces() {
      private ByteString last = after;

      @Override
      public @Nullable Piece next() throws SQLException {
        List<Row> rows =
            sql.all(
                SOME, row -> new Row(ByteString.copyFrom(row.getBytes(1)), row.getLong(2)), last);
        if (rows.isEmpty()) {
          return null;
        }
        last = rows.get(rows.size() - 1).key;
        return new Piece(rows.stream().map(Row::item).toList(), last, 0);
      }
    };
  }
}
