package io.purpledb.backend.disk;

import io.purpledb.backend.FlagBackend;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.util.List;

/** Flags in a table. */
record DiskFlag(DiskDatabase database) implements DiskBackend, FlagBackend {

  static final List<String> SCHEMA =
      List.of("CREATE TABLE IF NOT EXISTS FLAG(K VARBINARY(1024) PRIMARY KEY, B BOOLEAN NOT NULL)");

  @Override
  public Future<Boolean> get(String key) {
    return database.read(
        key,
        session -> {
          try (ResultSet rows =
              session.prepare("SELECT B FROM FLAG WHERE K = ?", key).executeQuery()) {
            return rows.next() && rows.getBoolean(1);
          }
        });
  }

  @Override
  public Future<Void> set(String key, boolean value) {
    return database.write(
        key,
        session -> {
          session.update("MERGE INTO FLAG KEY(K) VALUES(?, ?)", key, value);
          return null;
        });
  }
}
