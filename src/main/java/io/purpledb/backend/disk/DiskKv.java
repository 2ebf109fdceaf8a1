package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.purpledb.backend.KvBackend;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** KV values in a table. */
record DiskKv(DiskAccess disk, LargeValues large) implements DiskBackend, KvBackend {

  static final Schema SCHEMA =
      Schema.first(
              """
          CREATE TABLE KV(
            KV_KEY VARBINARY(1024) PRIMARY KEY,
            CONTENT VARBINARY(67108864) NOT NULL)
          """)
          .then(LargeValues.TABLES);

  private static final String GET = "SELECT CONTENT FROM KV WHERE KV_KEY = ?";
  private static final String GET_PARTS = LargeValues.query("KV", "KV_KEY", "KV_KEY = ?");
  private static final String PUT = "MERGE INTO KV KEY(KV_KEY) VALUES (?, ?)";
  private static final String DELETE = "DELETE FROM KV WHERE KV_KEY = ?";

  @Override
  public DiskKv within(Call call) {
    return new DiskKv(disk.within(call), large);
  }

  @Override
  public Future<@Nullable ByteString> get(String key) {
    byte[] k = key.getBytes(UTF_8);
    return disk.read(key, sql -> LargeValues.read(sql, GET, GET_PARTS, k));
  }

  @Override
  public Future<Void> put(String key, ByteString value) {
    byte[] k = key.getBytes(UTF_8);
    return disk.write(
        key,
        value.size(),
        sql -> {
          sql.change(PUT, k, large.put(sql, k, value));
          return null;
        });
  }

  @Override
  public Future<Boolean> delete(String key) {
    byte[] k = key.getBytes(UTF_8);
    return disk.delete(
        key,
        sql -> {
          large.delete(sql, k);
          return sql.change(DELETE, k) > 0;
        });
  }
}
