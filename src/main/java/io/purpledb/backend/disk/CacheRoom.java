package io.purpledb.backend.disk;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

/**
 * Frees what has expired, and keeps the cache within its room by evicting the entries that are next
 * to expire. On the writer's thread, which alone knows how much room is used.
 */
final class CacheRoom implements Upkeep {

  /** What an entry costs beside its bytes: its row and its two index entries, roughly. */
  private static final long ENTRY_BYTES = 150;

  private static final String COST = "SELECT COST FROM CACHE WHERE CACHE_KEY = ?";
  private static final String DELETE = "DELETE FROM CACHE WHERE CACHE_KEY = ?";
  private static final String EVICT = "DELETE FROM CACHE WHERE _ROWID_ = ?";
  private static final String USED = "SELECT COALESCE(SUM(COST), 0) FROM CACHE";
  private static final String PURGE =
      """
      SELECT COALESCE(SUM(COST), 0) FROM OLD TABLE (
        DELETE FROM CACHE WHERE DEADLINE <= ? FETCH FIRST 100 ROWS ONLY)
      """;
  private static final String NEXT_TO_EXPIRE =
      """
      SELECT _ROWID_, COST FROM CACHE WHERE DEADLINE > 0
      ORDER BY DEADLINE FETCH FIRST 100 ROWS ONLY
      """;

  private final long maxBytes;
  private final InstantSource clock;
  private long usedBytes;

  CacheRoom(long maxBytes, InstantSource clock) {
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  /** A row and what its entry costs. */
  private record Victim(long row, long cost) {}

  /**
   * Makes an entry take the place of the one under the same key.
   *
   * @return what it costs; 0 when it is larger than the whole room and so is not to be kept
   */
  long replace(Sql sql, byte[] key, byte[] value) throws SQLException {
    Long before = sql.first(COST, row -> row.getLong(1), key);
    long cost = ENTRY_BYTES + key.length + value.length;
    boolean kept = cost <= maxBytes;
    if (before != null) {
      usedBytes -= before;
      if (!kept) {
        sql.change(DELETE, key);
      }
    }
    if (!kept) {
      return 0;
    }
    usedBytes += cost;
    return cost;
  }

  @Override
  public void start(Sql sql) throws SQLException {
    usedBytes = number(sql, USED);
  }

  @Override
  public boolean run(Sql sql) throws SQLException {
    long freed = number(sql, PURGE, clock.millis());
    usedBytes -= freed;
    if (usedBytes <= maxBytes) {
      return freed > 0;
    }
    evict(sql);
    return true;
  }

  private void evict(Sql sql) throws SQLException {
    while (usedBytes > maxBytes) {
      List<Victim> victims =
          sql.all(NEXT_TO_EXPIRE, row -> new Victim(row.getLong(1), row.getLong(2)));
      if (victims.isEmpty()) {
        throw new IllegalStateException("an empty cache uses %d bytes".formatted(usedBytes));
      }
      for (Victim victim : victims) {
        if (usedBytes > maxBytes) {
          sql.change(EVICT, victim.row);
          usedBytes -= victim.cost;
        }
      }
    }
  }

  private static long number(Sql sql, String query, Object... parameters) throws SQLException {
    Long number = sql.first(query, row -> row.getLong(1), parameters);
    return number == null ? 0 : number;
  }
}
