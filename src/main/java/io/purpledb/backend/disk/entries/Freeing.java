package io.purpledb.backend.disk.entries;

import io.purpledb.backend.disk.database.Refusals;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.table.EntryTable;
import io.purpledb.backend.disk.table.ExpiryTable;
import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Key;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/** Frees entries that nobody has deleted, each by itself: what cannot be read stays. */
final class Freeing {

  private static final Logger LOG = System.getLogger(Freeing.class.getName());

  private final EntryStore store;

  /** What was to be freed and cannot be read; looked for again when the database is opened anew. */
  private final Set<Key> unreadable = new HashSet<>();

  Freeing(EntryStore store) {
    this.store = store;
  }

  /** Called when the database was opened. */
  void opened() {
    unreadable.clear();
  }

  /** How many that are to be freed cannot be read: so many more are to be asked for. */
  int unreadable() {
    return unreadable.size();
  }

  /** As below, of one that is to expire; without it, its expiry goes. */
  boolean isFreed(Sql sql, EntryTable table, ExpiryTable.Due due, DiskStep step, Event.Kind kind)
      throws SQLException {
    long before = store.position();
    boolean freed = isFreed(sql, due.key(), step, kind);
    if (freed && store.position() == before) {
      table.renew(sql, due);
    }
    return freed;
  }

  /** Frees an entry, one at a time: of one that cannot be read, nothing is changed. */
  boolean isFreed(Sql sql, Key key, DiskStep step, Event.Kind kind) throws SQLException {
    if (unreadable.contains(key)) {
      return false;
    }
    try {
      store.make(sql, step, kind);
      return true;
    } catch (SQLException | RuntimeException e) {
      if (step.hasBegun()) {
        throw e;
      }
      LOG.log(
          unreadable.isEmpty() ? Level.WARNING : Level.DEBUG, // there may be many
          "{0} {1} cannot be read, and so not freed: {2}",
          key.service(),
          key.name(),
          Refusals.reason(e));
      unreadable.add(key);
      return false;
    }
  }
}
