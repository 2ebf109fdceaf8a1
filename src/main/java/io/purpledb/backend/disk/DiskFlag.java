package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.backend.FlagBackend;
import io.purpledb.message.Call;
import io.vertx.core.Future;

/** Flags in a table. */
record DiskFlag(DiskAccess disk) implements DiskBackend, FlagBackend {

  static final Schema SCHEMA =
      Schema.first(
          """
          CREATE TABLE FLAG(
            FLAG_KEY VARBINARY(1024) PRIMARY KEY,
            RAISED BOOLEAN NOT NULL)
          """);

  private static final String GET = "SELECT RAISED FROM FLAG WHERE FLAG_KEY = ?";
  private static final String SET = "MERGE INTO FLAG KEY(FLAG_KEY) VALUES (?, ?)";

  @Override
  public DiskFlag within(Call call) {
    return new DiskFlag(disk.within(call));
  }

  @Override
  public Future<Boolean> get(String key) {
    byte[] k = key.getBytes(UTF_8);
    return disk.read(key, sql -> Boolean.TRUE.equals(sql.first(GET, row -> row.getBoolean(1), k)));
  }

  @Override
  public Future<Void> set(String key, boolean value) {
    byte[] k = key.getBytes(UTF_8);
    return disk.write(
        key,
        sql -> {
          sql.change(SET, k, value);
          return null;
        });
  }
}
