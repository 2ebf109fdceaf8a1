package io.purpledb.backend.disk.database;

import java.sql.SQLException;

/** What a database does besides its requests, on the writer's thread. */
public interface Maintenance {

  /** For databases that need none. */
  Maintenance NONE =
      new Maintenance() {
        @Override
        public void start(Sql sql) {}

        @Override
        public boolean run(Sql sql) {
          return false;
        }
      };

  /** Called when the database was opened, and when changes were rolled back. */
  void start(Sql sql) throws SQLException;

  /**
   * Called with every batch before its commit, and when nothing happens; does a bounded piece.
   *
   * @return whether it changed anything
   */
  boolean run(Sql sql) throws SQLException;

  /** Called when what was committed last is durable, before any of it is answered. */
  default void durable() {}
}
