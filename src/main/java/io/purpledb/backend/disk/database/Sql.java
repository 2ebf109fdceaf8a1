package io.purpledb.backend.disk.database;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.log.LoggedChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection and its prepared statements, one per SQL text; for one thread at a time. */
public final class Sql {

  private final Connection connection;
  private final Consumer<LoggedChange> changed;
  private final @Nullable Ahead ahead;
  private final @Nullable Consumer<LoggedChange> deferred;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  private long fetchedBytes;

  public Sql(Connection connection) {
    this(connection, change -> {});
  }

  /**
   * @param changed is told of each {@link #change}
   */
  Sql(Connection connection, Consumer<LoggedChange> changed) {
    this(connection, changed, null, null);
  }

  /**
   * @param changed as above
   * @param ahead for what is changed before the transaction
   * @param deferred is told of each change that is to be made later
   */
  Sql(
      Connection connection,
      Consumer<LoggedChange> changed,
      @Nullable Ahead ahead,
      @Nullable Consumer<LoggedChange> deferred) {
    this.connection = connection;
    this.changed = changed;
    this.ahead = ahead;
    this.deferred = deferred;
  }

  /** For what is committed before the transaction of this connection; null when nothing may be. */
  public @Nullable Ahead ahead() {
    return ahead;
  }

  /** Counts what a request has in memory now, unless its result is a value. */
  public void fetched(long bytes) {
    fetchedBytes += bytes;
  }

  /** What all requests so far have {@link #fetched}. */
  public long fetchedBytes() {
    return fetchedBytes;
  }

  /** Reads a value from the current row. */
  @FunctionalInterface
  public interface Row<T> {

    T read(ResultSet row) throws SQLException;
  }

  /** The first row of a query, or null when there is none. */
  public <T> @Nullable T first(String sql, Row<T> row, @Nullable Object... parameters)
      throws SQLException {
    PreparedStatement statement = prepare(sql, parameters);
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? row.read(rows) : null;
    } finally {
      statement.clearParameters();
    }
  }

  /** All rows of a query, as an immutable list. */
  public <T> List<T> all(String sql, Row<T> row, @Nullable Object... parameters)
      throws SQLException {
    PreparedStatement statement = prepare(sql, parameters);
    try (ResultSet rows = statement.executeQuery()) {
      List<T> all = new ArrayList<>();
      while (rows.next()) {
        all.add(row.read(rows));
      }
      return Collections.unmodifiableList(all);
    } finally {
      statement.clearParameters();
    }
  }

  /**
   * Changes rows, and answers how many; see {@link LoggedChange} for what a statement may depend
   * on.
   */
  public int change(String sql, @Nullable Object... parameters) throws SQLException {
    LoggedChange change = LoggedChange.of(sql, parameters);
    PreparedStatement statement = prepare(sql, parameters);
    try {
      int rows = statement.executeUpdate();
      if (rows > 0) {
        changed.accept(change);
      }
      return rows;
    } finally {
      statement.clearParameters(); // a large value is not kept until the next one
    }
  }

  /**
   * Changes rows that nobody reads before the next opening: the log has it with the transaction,
   * the tables with the next checkpoint, and of one statement only the last.
   */
  public void defer(String sql, @Nullable Object... parameters) throws SQLException {
    if (deferred == null) {
      change(sql, parameters);
    } else {
      deferred.accept(LoggedChange.of(sql, parameters));
    }
  }

  /** Runs a command that is not worth preparing. */
  public void run(String command) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  void close() throws SQLException {
    connection.close();
  }

  private PreparedStatement prepare(String sql, @Nullable Object... parameters)
      throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < parameters.length; i++) {
      Object parameter = parameters[i];
      statement.setObject(
          i + 1, parameter instanceof ByteString bytes ? bytes.toByteArray() : parameter);
    }
    return statement;
  }
}
