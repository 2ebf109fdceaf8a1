package io.purpledb.backend.disk;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One operation on a database. It either fails with {@link io.purpledb.message.Failure} and has
 * changed nothing, or answers; an SQLException fails the transaction that it is part of.
 */
interface Work<T> {

  /** Answers null for absence, and for a change that answers nothing. */
  @Nullable T run(Session session) throws SQLException;
}
