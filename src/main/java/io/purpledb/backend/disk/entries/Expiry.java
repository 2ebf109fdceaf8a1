package io.purpledb.backend.disk.entries;

import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.table.EntryTable;
import io.purpledb.backend.disk.table.EntryTables;
import io.purpledb.backend.disk.table.ExpiryTable;
import io.purpledb.engine.Event;
import java.sql.SQLException;

/** Frees what has expired. */
final class Expiry {

  /** How many entries of a service are freed with one batch. */
  private static final int AT_ONCE = 100;

  private final EntryStore store;
  private final EntryTables tables;
  private final Freeing freeing;
  private final DiskClock clock;

  Expiry(EntryStore store, EntryTables tables, Freeing freeing, DiskClock clock) {
    this.store = store;
    this.tables = tables;
    this.freeing = freeing;
    this.clock = clock;
  }

  /** Frees some; answers whether there were any. */
  boolean run(Sql sql) throws SQLException {
    long now = clock.millis();
    boolean expired = false;
    for (EntryTable table : tables.all()) {
      for (ExpiryTable.Due due : table.expiry().due(sql, now, AT_ONCE + freeing.unreadable())) {
        DiskStep step = store.step(sql);
        step.set(due.key(), null);
        step.until(now);
        expired |= freeing.isFreed(sql, table, due, step, Event.Kind.EXPIRED);
      }
    }
    return expired;
  }
}
