package io.purpledb.backend.disk.entries;

import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.table.EntryRow;
import io.purpledb.backend.disk.table.EntryTable;
import io.purpledb.backend.disk.table.KeyBytes;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.Moment;
import io.purpledb.engine.support.Step;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A step on the tables of entries, in the writer's transaction. */
final class DiskStep extends Step<EntryRow, SQLException> {

  private final Sql sql;
  private final EntryStore store;

  /** What was there before the step, alive or expired, of the keys that it looked for. */
  private final Map<Key, @Nullable EntryRow> found = new HashMap<>();

  /** What is freed for want of room. */
  private final Set<Key> evicted = new HashSet<>(0);

  /** What expires later is not freed. */
  private long until = Entry.NEVER;

  private boolean begun;

  DiskStep(Sql sql, EntryStore store, Moment now) {
    super(now);
    this.sql = sql;
    this.store = store;
  }

  /** What is there before the step, alive or expired. */
  @Nullable EntryRow find(Key key) throws SQLException {
    EntryRow row = found.get(key);
    if (row == null && !found.containsKey(key)) {
      EntryTable table = store.table(key);
      EntryRow recent = table.recent().find(key);
      row = recent == null ? table.find(sql, KeyBytes.of(key)) : recent;
      found.put(key, row);
    }
    return row;
  }

  /** Whether it has looked for a key already. */
  boolean knows(Key key) {
    return !found.isEmpty() && found.containsKey(key);
  }

  /** Something of it is about to be changed. */
  void begin() {
    begun = true;
  }

  /** Whether something of it may be changed. */
  boolean hasBegun() {
    return begun;
  }

  /** What expires later than that is not freed: it was put off. */
  void until(long millis) {
    until = millis;
  }

  /** Whether what is there is not to be freed. */
  boolean isPutOff(@Nullable EntryRow before) {
    return before != null && before.expiresMillis() > until;
  }

  /** Frees an entry for want of room. */
  void evict(Key key) {
    set(key, null);
    evicted.add(key);
  }

  /** Whether an entry that is not to be there is freed for want of room. */
  boolean isEvicted(Key key) {
    return !evicted.isEmpty() && evicted.contains(key);
  }

  @Override
  protected @Nullable EntryRow alive(Key key) throws SQLException {
    EntryRow row = find(key);
    return row == null || row.isAlive(now()) ? row : null;
  }

  @Override
  protected List<Key> keys(Range range, int most) throws SQLException {
    return store.table(range.from()).keys(sql, range, most);
  }

  @Override
  protected EntryRow of(Value value, Description description, long expiresMillis) {
    return EntryRow.of(value, description, expiresMillis);
  }

  @Override
  protected EntryRow expiring(EntryRow row, long millis) {
    return row.expiring(millis);
  }
}
