package io.purpledb.backend.disk.upgrade;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a version before kept the entries of a service: in a database of its own. */
public interface Former {

  /** Of each service that a version before has kept elsewhere than in the tables of entries. */
  List<Former> ALL =
      List.of(
          FormerNumbers.counters(),
          FormerValues.kv(),
          FormerNumbers.flags(),
          new FormerSets(),
          FormerValues.cache());

  /** What the names of its files began with, too. */
  String service();

  Schema schema();

  /** How many entries there are. */
  long count(Sql sql) throws SQLException;

  /**
   * The time that the database knows of, in milliseconds since 1970: none of its entries is to live
   * longer because the clock is behind it. 0 where none expires.
   */
  long millis(Sql sql) throws SQLException;

  /**
   * Reads the entries in the order of their keys.
   *
   * @param after where to go on: {@link Piece#last}, empty to begin with the first
   * @param pieceBytes about how much is read at once, unless one value is larger
   */
  Pieces pieces(Sql sql, ByteString after, long pieceBytes);

  /** Entries piece by piece. */
  @FunctionalInterface
  interface Pieces {

    /** The next ones; null behind the last. */
    @Nullable Piece next() throws SQLException;
  }

  /** An entry. */
  record FormerEntry(Key key, Value value, long expiresMillis) {}

  /**
   * Some entries.
   *
   * @param last where the next piece goes on
   * @param bytes of their values
   */
  record Piece(List<FormerEntry> items, ByteString last, long bytes) {}
}
