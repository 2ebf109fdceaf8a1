package io.purpledb.backend.disk;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The space of the cache on disk: expired entries are deleted without being read, and when the
 * entries need more than their room, those nearest to their deadline go first. Used by the writer's
 * thread only.
 */
final class CacheRoom {

  private static final int MAX_DELETED_AT_ONCE = 1_000;
  private static final String SIZE = "OCTET_LENGTH(K) + OCTET_LENGTH(V)";

  private final long maxBytes;
  private final InstantSource clock;
  private @Nullable Session counted;
  private long bytes;

  CacheRoom(long maxBytes, InstantSource clock) {
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  /** Stores an entry and evicts others, or itself, until all have room. */
  void set(Session session, String key, byte[] value, long deadline) throws SQLException {
    bytes -= number(session, "SELECT " + SIZE + " FROM CACHE WHERE K = ?", key);
    session.update("MERGE INTO CACHE KEY(K) VALUES(?, ?, ?)", key, value, deadline);
    bytes += number(session, "SELECT " + SIZE + " FROM CACHE WHERE K = ?", key);
    while (bytes > maxBytes) {
      evictOne(session);
    }
  }

  /** Deletes expired entries, some at a time; answers whether there were any. */
  boolean deleteExpired(Session session) throws SQLException {
    if (counted != session) { // at the start, and after a transaction that failed
      bytes = number(session, "SELECT COALESCE(SUM(" + SIZE + "), 0) FROM CACHE");
      counted = session;
    }
    long now = clock.millis();
    long freed =
        number(
            session,
            "SELECT COALESCE(SUM(S), 0) FROM (SELECT "
                + SIZE
                + " AS S FROM CACHE WHERE D <= ? ORDER BY D, K LIMIT ?)",
            now,
            MAX_DELETED_AT_ONCE);
    if (freed == 0) {
      return false;
    }
    session.update(
        "DELETE FROM CACHE WHERE K IN (SELECT K FROM CACHE WHERE D <= ? ORDER BY D, K LIMIT ?)",
        now,
        MAX_DELETED_AT_ONCE);
    bytes -= freed;
    return true;
  }

  private void evictOne(Session session) throws SQLException {
    String first = " FROM CACHE ORDER BY D, K LIMIT 1";
    bytes -= number(session, "SELECT " + SIZE + first);
    session.update("DELETE FROM CACHE WHERE K = (SELECT K" + first + ")");
  }

  private static long number(Session session, String sql, Object... parameters)
      throws SQLException {
    try (ResultSet rows = session.prepare(sql, parameters).executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }
}
