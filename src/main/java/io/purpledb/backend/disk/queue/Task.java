package io.purpledb.backend.disk.queue;

import io.purpledb.backend.disk.database.Sql;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a request does with the database. It may fail with a {@link io.purpledb.message.Failure}
 * before it has changed anything.
 */
@FunctionalInterface
public interface Task<T> {

  @Nullable T run(Sql sql) throws SQLException;
}
