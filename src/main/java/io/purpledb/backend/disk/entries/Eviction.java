package io.purpledb.backend.disk.entries;

import io.purpledb.backend.disk.database.Refusals;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.table.EntryRow;
import io.purpledb.backend.disk.table.EntryTable;
import io.purpledb.backend.disk.table.EntryTables;
import io.purpledb.backend.disk.table.EvictableRoom;
import io.purpledb.backend.disk.table.ExpiryTable;
import io.purpledb.backend.disk.table.KeyBytes;
import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Key;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.List;

/** Keeps the entries of a service within their {@link EvictableRoom}. */
final class Eviction {

  private static final Logger LOG = System.getLogger(Eviction.class.getName());

  private static final int AT_ONCE = 100;

  /** More go with the next batches: those of one are in memory until it is committed. */
  private static final int MOST = 2_000;

  /**
   * So often at most is looked for what is next to expire, when all that is found was put off:
   * where everything was, nothing would go for many batches. Then anything goes.
   */
  private static final int MOST_RENEWALS = 5;

  private final EntryStore store;
  private final EntryTables tables;
  private final Freeing freeing;
  private final EvictableRoom room;

  /** Whether more cannot be read than {@link Freeing} knows. */
  private boolean moreUnreadable;

  Eviction(EntryStore store, EntryTables tables, Freeing freeing, EvictableRoom room) {
    this.store = store;
    this.tables = tables;
    this.freeing = freeing;
    this.room = room;
  }

  /** Called when the database was opened. */
  void opened(Sql sql) throws SQLException {
    moreUnreadable = false;
    EntryTable evictable = tables.find(room.service());
    if (evictable != null) {
      room.start(usedBytes(sql, evictable));
    }
  }

  /** Damage of one service is no matter of the others: where it cannot be told, it is none. */
  private long usedBytes(Sql sql, EntryTable table) {
    try {
      return table.usedBytes(sql);
    } catch (SQLException e) {
      LOG.log(
          Level.WARNING,
          "what {0} takes on disk cannot be told, so it may get more than its room: {1}",
          room.service(),
          e.getMessage());
      return 0;
    }
  }

  /** Makes room, if need be: by what is next to expire, and by anything if nothing expires. */
  boolean run(Sql sql) throws SQLException {
    boolean evicted = false;
    int renewals = 0;
    for (int left = MOST; room.isOver() && left > 0; left -= AT_ONCE) {
      EntryTable table = tables.of(room.service());
      int some = AT_ONCE + freeing.unreadable();
      long before = room.usedBytes();
      boolean renewed =
          renewals < MOST_RENEWALS && isRenewed(sql, table, table.expiry().nextToExpire(sql, some));
      renewals += renewed ? 1 : 0;
      boolean moved = renewed || room.usedBytes() != before;
      evict(sql, moved ? List.of() : some(sql, table, some));
      if (!moved && room.usedBytes() == before) {
        if (freeing.unreadable() == 0
            && !moreUnreadable) { // it is counted again when it is opened again
          throw new IllegalStateException(
              "nothing of %s is left, but %d bytes".formatted(room.service(), before));
        }
        return evicted;
      }
      evicted = true;
    }
    return evicted;
  }

  /** Evicts what is next to expire; answers whether any of it was put off, and so not to go yet. */
  private boolean isRenewed(Sql sql, EntryTable table, List<ExpiryTable.Due> next)
      throws SQLException {
    boolean renewed = false;
    for (int i = 0; i < next.size() && room.isOver(); i++) {
      ExpiryTable.Due due = next.get(i);
      DiskStep step = store.step(sql);
      step.evict(due.key());
      step.until(due.expiresMillis());
      long before = room.usedBytes();
      boolean freed = freeing.isFreed(sql, table, due, step, Event.Kind.EVICTED);
      renewed |= freed && room.usedBytes() == before;
    }
    return renewed;
  }

  /** Any keys; none where they cannot be read. */
  private List<Key> some(Sql sql, EntryTable table, int most) throws SQLException {
    try {
      return table.some(sql, most);
    } catch (SQLException e) {
      if (!Refusals.isUnreadable(e)) {
        throw e;
      }
      if (!moreUnreadable) {
        moreUnreadable = true;
        LOG.log(
            Level.WARNING,
            "what there is of {0} cannot be told, so it may get more than its room: {1}",
            room.service(),
            Refusals.reason(e));
      }
      return List.of();
    }
  }

  private void evict(Sql sql, List<Key> keys) throws SQLException {
    for (int i = 0; i < keys.size() && room.isOver(); i++) {
      DiskStep step = store.step(sql);
      step.evict(keys.get(i));
      var unused = freeing.isFreed(sql, keys.get(i), step, Event.Kind.EVICTED);
    }
  }

  /** Of what would not fit if it were alone, nothing is kept, and nothing of what it replaces. */
  void tooLarge(DiskStep step) {
    for (int i = 0; i < step.keys().size(); i++) {
      Key key = step.keys().get(i);
      EntryRow next = step.next().get(i);
      if (next != null && room.isOf(key.service()) && room.isTooLarge(KeyBytes.of(key), next)) {
        step.evict(key);
      }
    }
  }
}
