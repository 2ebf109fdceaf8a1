package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.backend.CounterBackend;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import java.sql.SQLException;

/** Counters in a table; one thread writes, so reading and then writing is atomic. */
record DiskCounter(DiskAccess disk) implements DiskBackend, CounterBackend {

  static final Schema SCHEMA =
      Schema.first(
          """
          CREATE TABLE COUNTER(
            COUNTER_KEY VARBINARY(1024) PRIMARY KEY,
            AMOUNT BIGINT NOT NULL)
          """);

  private static final String GET = "SELECT AMOUNT FROM COUNTER WHERE COUNTER_KEY = ?";
  private static final String PUT = "MERGE INTO COUNTER KEY(COUNTER_KEY) VALUES (?, ?)";

  @Override
  public DiskCounter within(Call call) {
    return new DiskCounter(disk.within(call));
  }

  @Override
  public Future<Long> get(String key) {
    byte[] k = key.getBytes(UTF_8);
    return disk.read(key, sql -> amount(sql, k));
  }

  @Override
  public Future<Long> increment(String key, long amount) {
    byte[] k = key.getBytes(UTF_8);
    return disk.write(
        key,
        sql -> {
          long sum = sum(key, amount(sql, k), amount);
          sql.change(PUT, k, sum);
          return sum;
        });
  }

  private static long amount(Sql sql, byte[] key) throws SQLException {
    Long found = sql.first(GET, row -> row.getLong(1), key);
    return found == null ? 0 : found;
  }

  private static long sum(String key, long before, long amount) {
    try {
      return Math.addExact(before, amount);
    } catch (ArithmeticException e) {
      throw CounterBackend.overflow(key, amount);
    }
  }
}
