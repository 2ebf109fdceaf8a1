package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.CacheBackend;
import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The cache in a table; {@link CacheRoom} frees and bounds its space. */
record DiskCache(DiskAccess disk, CacheRoom room, InstantSource clock)
    implements DiskBackend, CacheBackend {

  /** DEADLINE is in milliseconds since 1970, COST in bytes. */
  static final Schema SCHEMA =
      Schema.first(
              """
          CREATE TABLE CACHE(
            CACHE_KEY VARBINARY(1024) PRIMARY KEY,
            CONTENT VARBINARY(67108864) NOT NULL,
            DEADLINE BIGINT NOT NULL,
            COST BIGINT NOT NULL)
          """,
              "CREATE INDEX CACHE_DEADLINE ON CACHE(DEADLINE)")
          .then(LargeValues.TABLES)
          .then(
              "CREATE TABLE CACHE_TIME(MILLIS BIGINT NOT NULL)",
              "INSERT INTO CACHE_TIME VALUES (0)");

  private static final String GET =
      "SELECT CONTENT FROM CACHE WHERE CACHE_KEY = ? AND DEADLINE > ?";
  private static final String GET_PARTS =
      LargeValues.query("CACHE", "CACHE_KEY", "CACHE_KEY = ? AND DEADLINE > ?");
  private static final String SET = "MERGE INTO CACHE KEY(CACHE_KEY) VALUES (?, ?, ?, ?)";

  @Override
  public DiskCache within(Call call) {
    return new DiskCache(disk.within(call), room, clock);
  }

  @Override
  public Future<@Nullable String> get(String key) {
    byte[] k = key.getBytes(UTF_8);
    return disk.read(
        key,
        sql -> {
          ByteString value = LargeValues.read(sql, GET, GET_PARTS, k, clock.millis());
          return value == null ? null : value.toStringUtf8();
        });
  }

  @Override
  public Future<Void> set(String key, String value, long ttlMillis) {
    byte[] k = key.getBytes(UTF_8);
    byte[] v = value.getBytes(UTF_8);
    long deadline = clock.millis() + ttlMillis;
    return disk.write(
        key,
        v.length,
        sql -> {
          long cost = room.replace(sql, k, v);
          if (cost > 0) {
            sql.change(
                SET,
                k,
                room.large().put(sql, k, UnsafeByteOperations.unsafeWrap(v)),
                deadline,
                cost);
          }
          return null;
        });
  }
}
