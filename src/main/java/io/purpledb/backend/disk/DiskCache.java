package io.purpledb.backend.disk;

import io.purpledb.backend.CacheBackend;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cache entries in a table with their deadlines; {@link CacheRoom} frees and bounds their space.
 */
record DiskCache(DiskDatabase database, CacheRoom room, InstantSource clock)
    implements DiskBackend, CacheBackend {

  /** D is the deadline in milliseconds since 1970. */
  static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE IF NOT EXISTS CACHE(K VARBINARY(1024) PRIMARY KEY, V VARBINARY(67108864)"
              + " NOT NULL, D BIGINT NOT NULL)",
          "CREATE INDEX IF NOT EXISTS CACHE_D ON CACHE(D)");

  @Override
  public Future<@Nullable String> get(String key) {
    return database.read(
        key,
        session -> {
          try (ResultSet rows =
              session.prepare("SELECT V, D FROM CACHE WHERE K = ?", key).executeQuery()) {
            return rows.next() && clock.millis() < rows.getLong(2)
                ? new String(rows.getBytes(1), StandardCharsets.UTF_8)
                : null;
          }
        });
  }

  @Override
  public Future<Void> set(String key, String value, long ttlMillis) {
    long deadline = clock.millis() + ttlMillis;
    return database.write(
        key,
        session -> {
          room.set(session, key, value.getBytes(StandardCharsets.UTF_8), deadline);
          return null;
        });
  }
}
