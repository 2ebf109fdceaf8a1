package io.purpledb.backend.disk.database;

import java.sql.SQLException;

/** What a database does besides its requests, on the writer's thread. */
public interface Maintenance {

  /** Called when the database was opened. */
  void start(Sql sql) throws SQLException;

  /** Called when all changes since the last commit were rolled back. */
  default void undone(Sql sql) throws SQLException {
    start(sql);
  }

  /**
   * Called with every batch before its commit, and when nothing happens; does a bounded piece.
   *
   * @return whether it changed anything
   */
  boolean run(Sql sql) throws SQLException;

  /** Called when what was committed last is durable, before any of it is answered. */
  default void durable() {}
}
