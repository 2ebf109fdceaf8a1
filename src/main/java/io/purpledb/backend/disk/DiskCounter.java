package io.purpledb.backend.disk;

import io.purpledb.backend.CounterBackend;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Counters in a table; the one writer reads, adds and stores, so no increment is lost. */
record DiskCounter(DiskDatabase database) implements DiskBackend, CounterBackend {

  static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE IF NOT EXISTS COUNTER(K VARBINARY(1024) PRIMARY KEY, N BIGINT NOT NULL)");

  @Override
  public Future<Long> get(String key) {
    return database.read(key, session -> value(session, key));
  }

  @Override
  public Future<Long> increment(String key, long amount) {
    return database.write(
        key,
        session -> {
          long sum = sum(key, value(session, key), amount);
          session.update("MERGE INTO COUNTER KEY(K) VALUES(?, ?)", key, sum);
          return sum;
        });
  }

  private static long sum(String key, long value, long amount) {
    try {
      return Math.addExact(value, amount);
    } catch (ArithmeticException e) {
      throw CounterBackend.overflow(key, amount);
    }
  }

  private static long value(Session session, String key) throws SQLException {
    try (ResultSet rows =
        session.prepare("SELECT N FROM COUNTER WHERE K = ?", key).executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }
}
