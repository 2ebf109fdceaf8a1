package io.purpledb.backend.disk.database;

import io.purpledb.backend.disk.log.LoggedChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.h2.mvstore.MVStore;

/**
 * Changes that the writer's transaction needs, committed bit by bit before it: H2 keeps in memory
 * what a transaction has changed, and writes it once more when it ends. Only for rows that nobody
 * looks at before that transaction is durable. The log has them with it, and nothing of them is
 * durable before a checkpoint.
 */
public final class Ahead {

  private final Connection connection;
  private final Sql sql;
  private final MVStore store;
  private final long storeBytes;
  private final Deque<LoggedChange> undo = new ArrayDeque<>();
  private long bytes;

  /**
   * @param connection of its own
   * @param changed is told of each change
   * @param storeBytes how much H2 may have in memory before it writes, which is not forced
   */
  Ahead(Connection connection, Consumer<LoggedChange> changed, MVStore store, long storeBytes) {
    this.connection = connection;
    this.sql = new Sql(connection, changed);
    this.store = store;
    this.storeBytes = storeBytes;
  }

  public void change(String text, Object... parameters) throws SQLException {
    sql.change(text, parameters);
  }

  /**
   * Commits what was changed since the last time.
   *
   * @param changedBytes about how much it is
   * @param undoing changes it back
   */
  public void commit(long changedBytes, LoggedChange undoing) throws SQLException {
    undo.push(undoing);
    connection.commit();
    bytes += changedBytes;
    if (bytes >= storeBytes) {
      store.commit();
      bytes = 0;
    }
  }

  /** The transaction that needed the changes is committed. */
  void keep() {
    undo.clear();
  }

  /** Changes all back, in bits again. */
  void rollback() throws SQLException {
    connection.rollback();
    Sql unlogged = new Sql(connection);
    while (!undo.isEmpty()) {
      LoggedChange change = undo.pop();
      unlogged.change(change.sql(), change.parameters().toArray());
      connection.commit();
    }
  }

  void close() throws SQLException {
    connection.close();
  }
}
