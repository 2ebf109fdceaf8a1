package io.purpledb.backend.disk;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.KvBackend;
import io.vertx.core.Future;
import java.sql.ResultSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** KV values in a table. */
record DiskKv(DiskDatabase database) implements DiskBackend, KvBackend {

  static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE IF NOT EXISTS KV(K VARBINARY(1024) PRIMARY KEY, V VARBINARY(67108864) NOT"
              + " NULL)");

  @Override
  public Future<@Nullable ByteString> get(String key) {
    return database.read(
        key,
        session -> {
          try (ResultSet rows =
              session.prepare("SELECT V FROM KV WHERE K = ?", key).executeQuery()) {
            return rows.next() ? UnsafeByteOperations.unsafeWrap(rows.getBytes(1)) : null;
          }
        });
  }

  @Override
  public Future<Void> put(String key, ByteString value) {
    return database.write(
        key,
        session -> {
          session.update("MERGE INTO KV KEY(K) VALUES(?, ?)", key, value.toByteArray());
          return null;
        });
  }

  @Override
  public Future<Boolean> delete(String key) {
    return database.write(key, session -> session.update("DELETE FROM KV WHERE K = ?", key) > 0);
  }
}
