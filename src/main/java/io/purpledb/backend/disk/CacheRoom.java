package io.purpledb.backend.disk;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.backend.disk.database.Maintenance;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.entries.DiskClock;
import java.sql.SQLException;
import java.util.List;

/**
 * Frees what has expired, and keeps the cache within its room by evicting the entries that are next
 * to expire. On the writer's thread, which alone knows how much room is used.
 */
final class CacheRoom implements Maintenance {

  /** What an entry costs beside its bytes: its row and its two index entries, roughly. */
  private static final long ENTRY_BYTES = 150;

  private static final String COST = "SELECT COST FROM CACHE WHERE CACHE_KEY = ?";
  private static final String DELETE = "DELETE FROM CACHE WHERE CACHE_KEY = ?";
  private static final String USED = "SELECT COALESCE(SUM(COST), 0) FROM CACHE";
  private static final String EXPIRED =
      """
      SELECT CACHE_KEY, COST FROM CACHE WHERE DEADLINE <= ?
      ORDER BY DEADLINE FETCH FIRST 100 ROWS ONLY
      """;
  private static final String NEXT_TO_EXPIRE =
      """
      SELECT CACHE_KEY, COST FROM CACHE WHERE DEADLINE > 0
      ORDER BY DEADLINE FETCH FIRST 100 ROWS ONLY
      """;

  /** How often the time is written down at most, and so how much of it may be lost. */
  private static final long TIME_MILLIS = 10_000;

  private static final String TIME = "SELECT MILLIS FROM CACHE_TIME";
  private static final String SET_TIME = "UPDATE CACHE_TIME SET MILLIS = ?";

  private final long maxBytes;
  private final DiskClock clock;
  private final LargeValues large = new LargeValues();
  private long usedBytes;
  private long knownMillis;
  private boolean written;

  CacheRoom(long maxBytes, DiskClock clock) {
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  /** An entry that goes, and what it costs. */
  private record Victim(ByteString key, long cost) {}

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
        delete(sql, key);
      }
    }
    if (!kept) {
      return 0;
    }
    usedBytes += cost;
    written = true;
    return cost;
  }

  /** The parts of values that are too large for a row. */
  LargeValues large() {
    return large;
  }

  @Override
  public void start(Sql sql) throws SQLException {
    large.start(sql);
    Long known = sql.first(TIME, row -> row.getLong(1));
    knownMillis = known == null ? 0 : known;
    clock.notBefore(knownMillis);
    written = false;
    Long used = sql.first(USED, row -> row.getLong(1));
    usedBytes = used == null ? 0 : used;
  }

  @Override
  public boolean run(Sql sql) throws SQLException {
    List<Victim> expired = victims(sql, EXPIRED, clock.millis());
    for (Victim victim : expired) {
      remove(sql, victim);
    }
    noteTime(sql);
    boolean full = usedBytes > maxBytes;
    if (full) {
      evict(sql);
    }
    return large.run(sql) || full || !expired.isEmpty();
  }

  /** Writes down the time of what was written, for a next run whose clock is behind. */
  private void noteTime(Sql sql) throws SQLException {
    long now = clock.millis();
    if (written && now - knownMillis >= TIME_MILLIS) {
      sql.change(SET_TIME, now);
      knownMillis = now;
    }
    written = false;
  }

  private void evict(Sql sql) throws SQLException {
    while (usedBytes > maxBytes) {
      List<Victim> victims = victims(sql, NEXT_TO_EXPIRE);
      if (victims.isEmpty()) {
        throw new IllegalStateException("an empty cache uses %d bytes".formatted(usedBytes));
      }
      for (Victim victim : victims) {
        if (usedBytes > maxBytes) {
          remove(sql, victim);
        }
      }
    }
  }

  private void remove(Sql sql, Victim victim) throws SQLException {
    delete(sql, victim.key.toByteArray());
    usedBytes -= victim.cost;
  }

  private void delete(Sql sql, byte[] key) throws SQLException {
    large.delete(sql, key);
    sql.change(DELETE, key);
  }

  private static List<Victim> victims(Sql sql, String query, Object... parameters)
      throws SQLException {
    return sql.all(
        query, row -> new Victim(ByteString.copyFrom(row.getBytes(1)), row.getLong(2)), parameters);
  }
}
