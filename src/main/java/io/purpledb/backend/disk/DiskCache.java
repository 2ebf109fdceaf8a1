package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.backend.CacheBackend;
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
          "CREATE INDEX CACHE_DEADLINE ON CACHE(DEADLINE)");

  private static final String GET = "SELECT CONTENT, DEADLINE FROM CACHE WHERE CACHE_KEY = ?";
  private static final String SET = "MERGE INTO CACHE KEY(CACHE_KEY) VALUES (?, ?, ?, ?)";

  /** A value and when it ends, in milliseconds since 1970. */
  private record Entry(String value, long deadline) {}

  @Override
  public Future<@Nullable String> get(String key) {
    byte[] k = key.getBytes(UTF_8);
    return disk.read(
            key,
            sql ->
                sql.first(
                    GET, row -> new Entry(new String(row.getBytes(1), UTF_8), row.getLong(2)), k))
        .map(entry -> entry == null || clock.millis() >= entry.deadline ? null : entry.value);
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
            sql.change(SET, k, v, deadline, cost);
          }
          return null;
        });
  }
}
