package io.purpledb.backend.disk.entries;

import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.backend.disk.database.Maintenance;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.log.ChangeNames;
import io.purpledb.backend.disk.table.EntryRow;
import io.purpledb.backend.disk.table.EntryTable;
import io.purpledb.backend.disk.table.EntryTables;
import io.purpledb.backend.disk.table.EvictableRoom;
import io.purpledb.backend.disk.table.KeyBytes;
import io.purpledb.backend.disk.upgrade.Former;
import io.purpledb.backend.disk.upgrade.UpgradeState;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Items;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.engine.support.Moment;
import io.purpledb.message.Failure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What entries mean in the tables of a database. What is changed gets the next positions; the last
 * of them is in the log with each batch, so a position that somebody knows is not given again. On
 * the writer's thread.
 */
public final class EntryStore implements Maintenance {

  /** From so many changes on, names are read again: each change of a known one copies it. */
  private static final int MANY_CHANGES = 32;

  private static final int CLEARED_AT_ONCE = 500;

  /**
   * Envelopes may say where an expiry is noted; those of before do not, and are read as they are.
   */
  private static final List<String> PUT_OFF = List.of();

  /** How many services were there when that came. */
  private static final int BEFORE_PUT_OFF = 5;

  private static final String STATE = "SELECT POSITION, MILLIS FROM ENGINE_STATE";
  private static final String SET_STATE = "UPDATE ENGINE_STATE SET POSITION = ?, MILLIS = ?";

  private final EntryTables tables;
  private final EntryReads reads;
  private final Freeing freeing = new Freeing(this);
  private final Expiry expiry;
  private final Eviction eviction;
  private final LargeValues large = new LargeValues();
  private final EvictableRoom room;
  private final RecentItems recentItems;
  private final RecentEntries recentEntries;
  private final ChangeLog log;
  private final DiskClock clock;
  private final long pageBytes;
  private final long forgotten;

  private final List<ChangeLog.Change> notDurable = new ArrayList<>();
  private boolean opened;

  /** Of the last change of the transaction. */
  private long position;

  /**
   * @param room of one of the services
   * @param log is told of what is durable
   * @param pageBytes after so many bytes of values a page ends
   * @param recentBytes how much of the heap the items may take that were asked for last
   * @param recentEntries that were read last
   * @param forgotten how many positions the loss of power may let the database forget
   */
  public EntryStore(
      List<String> services,
      EvictableRoom room,
      ChangeLog log,
      DiskClock clock,
      long pageBytes,
      long recentBytes,
      RecentEntries recentEntries,
      long forgotten) {
    this.tables = new EntryTables(services);
    this.reads = new EntryReads(tables, clock, pageBytes);
    this.expiry = new Expiry(this, tables, freeing, clock);
    this.eviction = new Eviction(this, tables, freeing, room);
    this.room = room;
    this.log = log;
    this.clock = clock;
    this.pageBytes = pageBytes;
    this.recentItems = new RecentItems(recentBytes);
    this.recentEntries = recentEntries;
    this.forgotten = forgotten;
  }

  /**
   * The tables of services; each is one more format. A format keeps its place for ever, so a
   * service that comes later is behind whatever came before it.
   *
   * @param services in the order in which they came
   */
  public static Schema schema(List<String> services) {
    List<String> commands = new ArrayList<>(LargeValues.TABLES);
    commands.add("CREATE TABLE ENGINE_STATE(POSITION BIGINT NOT NULL, MILLIS BIGINT NOT NULL)");
    commands.add("INSERT INTO ENGINE_STATE VALUES (0, 0)");
    commands.add(UpgradeState.TABLE);
    Schema schema = Schema.first(commands.toArray(String[]::new));
    for (int i = 0; i < services.size(); i++) {
      schema = i == BEFORE_PUT_OFF ? schema.then(PUT_OFF) : schema;
      schema = schema.then(EntryTable.commands(services.get(i)));
    }
    schema = services.size() <= BEFORE_PUT_OFF ? schema.then(PUT_OFF) : schema;
    return schema.naming(names(services));
  }

  /** What the log calls the changes: its format, with the keys and values of each. */
  public static ChangeNames names(List<String> services) {
    Map<String, String> statements = new HashMap<>(LargeValues.STATEMENTS);
    statements.put("position", SET_STATE);
    statements.put("upgrade", UpgradeState.PUT);
    Set<String> spare = new HashSet<>(LargeValues.FREEING);
    for (String service : services) {
      EntryTable table = new EntryTable(service);
      spare.addAll(table.expiry().statements().values());
      table
          .statements()
          .forEach(
              (name, statement) -> {
                if (statements.put(name, statement) != null) {
                  throw new IllegalArgumentException(name + " (expected: of one statement)");
                }
              });
    }
    return new ChangeNames(statements, spare);
  }

  private record State(long position, long millis) {}

  @Override
  public void start(Sql sql) throws SQLException {
    freeing.opened();
    tables.all().forEach(table -> table.expiry().opened());
    large.opened();
    undone(sql);
    recentEntries.clear();
    eviction.opened(sql);
  }

  @Override
  public void undone(Sql sql) throws SQLException {
    large.start(sql);
    room.undone();
    recentItems.clear();
    for (EntryTable table : tables.all()) {
      table.start(sql);
    }
    State state =
        Objects.requireNonNull(sql.first(STATE, r -> new State(r.getLong(1), r.getLong(2))));
    clock.notBefore(state.millis);
    recentEntries.undone(notDurable);
    notDurable.clear();
    long known = opened ? state.position : state.position + forgotten;
    if (!opened || known > log.position()) { // what failed may have been made all the same
      log.goOnAfter(known);
    }
    opened = true;
    position = log.position();
  }

  @Override
  public boolean run(Sql sql) throws SQLException {
    boolean expired = expiry.run(sql);
    boolean evicted = eviction.run(sql);
    boolean freed = large.run(sql);
    if (!notDurable.isEmpty()) {
      sql.defer(SET_STATE, position, clock.millis());
    }
    return expired || evicted || freed;
  }

  @Override
  public void durable() {
    room.committed();
    if (!notDurable.isEmpty()) {
      recentEntries.durable(notDurable);
      log.add(notDurable);
      notDurable.clear();
    }
  }

  DiskStep step(Sql sql) {
    return new DiskStep(sql, this, new Moment(clock));
  }

  /** Whether there is a table for a service. */
  public boolean has(String service) {
    return tables.find(service) != null;
  }

  /** The failure of a service that there is no table for. */
  public Failure unknown(String service) {
    return tables.unknown(service);
  }

  /** What is read without a change. */
  public EntryReads reads() {
    return reads;
  }

  EntryTable table(Key key) {
    return tables.of(key);
  }

  /** Of the last change of the transaction. */
  long position() {
    return position;
  }

  /** A commit; tells what it changed. */
  public Committed commit(Sql sql, Commit commit, DiskReach.Changed changed) throws SQLException {
    DiskStep step = step(sql);
    int refusedBy = step.work(commit);
    boolean isDone = refusedBy == Committed.DONE;
    eviction.tooLarge(step);
    List<Key> keys = commit.reads();
    List<@Nullable EntryRow> rows = new ArrayList<>(keys.size());
    for (Key key : keys) {
      rows.add(isDone ? step.current(key) : step.alive(key));
    }
    reads.requireFew(rows); // before anything is changed
    reads.requireFewItems(sql, commit.itemsOf(), step.now());
    if (isDone) {
      make(sql, step, Event.Kind.DELETED);
    }
    changed.are(isDone ? step.keys() : List.of());
    return new Committed(
        refusedBy,
        position,
        EntryReads.entries(sql, keys, rows),
        items(sql, commit.itemsOf(), step.now()));
  }

  /** The items of names, as the transaction has them. */
  private List<Items> items(Sql sql, List<Key> names, Moment now) throws SQLException {
    List<Items> all = new ArrayList<>(names.size());
    for (Key name : names) {
      EntryTable table = table(name);
      Items items = table.expiry().anyExpires() ? null : recentItems.get(name);
      if (items == null) {
        items = table.items(sql, name, now);
        sql.fetched(items.heapBytes());
        if (!table.expiry().anyExpires()) {
          recentItems.put(name, items);
        }
      }
      sql.fetched((long) Footprint.REFERENCE * items.size()); // others have the items, too
      all.add(items);
    }
    return all;
  }

  /** Puts entries that a version before has kept; tells what it changed. */
  public void take(Sql sql, List<Former.FormerEntry> items, DiskReach.Changed changed)
      throws SQLException {
    DiskStep step = step(sql);
    for (Former.FormerEntry item : items) {
      step.set(item.key(), EntryRow.of(item.value(), Description.NONE, item.expiresMillis()));
    }
    eviction.tooLarge(step);
    make(sql, step, Event.Kind.DELETED);
    changed.are(step.keys());
  }

  /** Deletes some entries of a service; answers whether there were any. */
  public boolean isCleared(Sql sql, String service, DiskReach.Changed changed) throws SQLException {
    DiskStep step = step(sql);
    EntryTable table = tables.of(service);
    for (Key key : table.some(sql, CLEARED_AT_ONCE)) {
      step.set(key, null);
    }
    make(sql, step, Event.Kind.DELETED);
    changed.are(step.keys());
    return !step.keys().isEmpty();
  }

  /** A claim; tells what it changed. */
  public List<Entry> claim(Sql sql, Claim claim, DiskReach.Changed changed) throws SQLException {
    DiskStep step = step(sql);
    byte[] from = KeyBytes.of(claim.range().from());
    byte[] to = KeyBytes.end(claim.range());
    List<EntryTable.Found> found =
        reads.fitting(
            table(claim.range().from())
                .page(sql, from, to, false, step.now().millis(), claim.limit(), pageBytes));
    List<Key> moved = new ArrayList<>();
    for (EntryTable.Found one : found) {
      step.set(one.key(), null);
    }
    for (EntryTable.Found one : found) {
      Key key = claim.moved(one.key());
      moved.add(key);
      step.set(key, one.row().expiring(one.row().expiresMillis()));
    }
    make(sql, step, Event.Kind.DELETED);
    changed.are(step.keys());
    List<Entry> entries = new ArrayList<>();
    for (Key key : moved) {
      entries.add(EntryReads.entry(sql, key, Objects.requireNonNull(step.current(key))));
    }
    return entries;
  }

  /**
   * Makes the changes of a step. Where nothing of a table expires, its room has no bound and there
   * are no large values, it is not looked for what is replaced.
   *
   * @param whenAbsent what those who watch are told of an entry that is gone
   */
  void make(Sql sql, DiskStep step, Event.Kind whenAbsent) throws SQLException {
    boolean isLarge = step.keys().size() > MANY_CHANGES;
    Set<Long> kept = large.any() ? parts(step) : Set.of();
    for (int i = 0; i < step.keys().size(); i++) {
      Key key = step.keys().get(i);
      EntryTable table = table(key);
      boolean bounded = room.isOf(key.service());
      EntryTable.Sized sized = bounded ? table.findSized(sql, KeyBytes.of(key)) : null;
      boolean looked = bounded || step.knows(key) || table.expiry().mayExpire() || large.any();
      EntryRow before = null;
      if (bounded && !step.knows(key)) {
        before = sized == null ? null : sized.head();
      } else if (looked) {
        before = replaced(sql, step, key);
      }
      EntryRow after = step.next().get(i);
      if (step.isPutOff(before)) {
        continue;
      }
      step.begin();
      if (looked && before == null && after == null) {
        continue;
      }
      if (after == null && !table.isDeleted(sql, KeyBytes.of(key))) {
        continue;
      }
      if (before != null && before.parts() != EntryRow.NO_PARTS && !kept.contains(before.parts())) {
        large.drop(sql, before.parts());
      }
      position++;
      if (after != null) {
        put(sql, table, key, before, after);
      } else {
        table.expiry().replace(sql, KeyBytes.of(key), before, null);
      }
      table.recent().changed(key, after);
      if (isLarge) {
        recentItems.forget(key.ofName());
      } else {
        recentItems.changed(key, after != null);
      }
      if (bounded) {
        room.changed(KeyBytes.of(key), sized, after);
      }
      recentEntries.changing(key);
      notDurable.add(change(key, after, step.isEvicted(key) ? Event.Kind.EVICTED : whenAbsent));
    }
  }

  /** The numbers of the parts that are still needed after a step. */
  private static Set<Long> parts(DiskStep step) {
    Set<Long> parts = new HashSet<>();
    for (EntryRow next : step.next()) {
      parts.add(next == null ? EntryRow.NO_PARTS : next.parts());
    }
    return parts;
  }

  private @Nullable EntryRow replaced(Sql sql, DiskStep step, Key key) throws SQLException {
    return step.knows(key) ? step.find(key) : table(key).findHead(sql, KeyBytes.of(key));
  }

  private void put(Sql sql, EntryTable table, Key key, @Nullable EntryRow before, EntryRow after)
      throws SQLException {
    byte[] bytes = KeyBytes.of(key);
    boolean wasInParts = after.parts() != EntryRow.NO_PARTS;
    after.become(position);
    table.expiry().replace(sql, bytes, before, after);
    if (before != null && after.isLike(before)) {
      table.touch(sql, bytes, before, after);
      return;
    }
    if (after.parts() != EntryRow.NO_PARTS
        && !wasInParts
        && after.value() instanceof Value.OfBytes of) {
      large.putNew(sql, after.parts(), of.content());
    }
    table.put(sql, bytes, after);
  }

  /** A value that is only in parts may be gone when somebody is told of it. */
  private static ChangeLog.Change change(Key key, @Nullable EntryRow after, Event.Kind whenAbsent) {
    if (after == null) {
      return new ChangeLog.Change(whenAbsent, key, null);
    }
    return after.value() == null
        ? new ChangeLog.Change(Event.Kind.GAP, key, null)
        : new ChangeLog.Change(Event.Kind.PUT, key, after);
  }
}
