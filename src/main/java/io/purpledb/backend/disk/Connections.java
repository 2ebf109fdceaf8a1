package io.purpledb.backend.disk;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;

/**
 * An open database: one connection that writes and one that reads. H2 does nothing on its own: no
 * thread of it writes or compacts, so that a force always finds a finished state.
 */
final class Connections {

  private static final Logger LOG = System.getLogger(Connections.class.getName());

  /** What share of H2's chunks should be live data, in percent. */
  private static final int FILL_PERCENT = 50;

  private static final int COMPACT_BYTES = 1 << 20;

  private final Sql writing;
  private final Sql reading;
  private final MVStore store;

  private Connections(Connection writing, Connection reading, MVStore store) {
    this.writing = new Sql(writing);
    this.reading = new Sql(reading);
    this.store = store;
  }

  /** Opens a database that nobody, not even this process, has open. */
  static Connections open(String url) throws SQLException {
    Connection writing = DriverManager.getConnection(url + ";OPEN_NEW=TRUE", "", "");
    try {
      writing.setAutoCommit(false);
      SessionLocal session = (SessionLocal) writing.unwrap(JdbcConnection.class).getSession();
      MVStore store = session.getDatabase().getStore().getMvStore();
      return new Connections(writing, DriverManager.getConnection(url, "", ""), store);
    } catch (SQLException e) {
      writing.close();
      throw e;
    }
  }

  /** For the writer's thread. */
  Sql writing() {
    return writing;
  }

  /** For the reader's thread; sees what is committed when a query starts. */
  Sql reading() {
    return reading;
  }

  void commit() throws SQLException {
    writing.connection().commit();
  }

  void rollback() throws SQLException {
    writing.connection().rollback();
  }

  /** Makes all that is committed as safe as the file system of the database does. */
  void force() throws SQLException {
    writing.change("CHECKPOINT SYNC");
  }

  /** The version of the data that H2 found or wrote last; it grows with every commit. */
  long version() {
    return store.getCurrentVersion();
  }

  /** Whether H2 has not given the database up. */
  boolean usable() {
    return !store.isClosed();
  }

  /**
   * Moves some live data out of chunks that are mostly dead, with the next commit. H2 would do so
   * only in a thread of its own; without it the file grows to many times its data.
   */
  void compact() {
    store.compact(FILL_PERCENT, COMPACT_BYTES);
  }

  /** Closes in order; all that is committed is safe. */
  void close() throws SQLException {
    reading.connection().close();
    writing.connection().close();
  }

  /** Closes without writing anything. */
  void abandon() {
    try {
      writing.run("SHUTDOWN IMMEDIATELY");
      close();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "closing an unusable database", e);
    }
  }
}
