package io.purpledb.backend.disk;

import java.sql.SQLException;

/** What the writer of a database does before each group of writes, and about twice a second. */
interface Housekeeping {

  /** Answers whether it changed anything. */
  boolean run(Session session) throws SQLException;
}
