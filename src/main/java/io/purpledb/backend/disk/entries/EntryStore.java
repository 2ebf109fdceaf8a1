package io.purpledb.backend.disk.entries;

import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.backend.disk.database.Maintenance;
import io.purpledb.backend.disk.database.Refusals;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.log.ChangeNames;
import io.purpledb.backend.disk.upgrade.Former;
import io.purpledb.backend.disk.upgrade.UpgradeState;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Description;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Event;
import io.purpledb.engine.Footprint;
import io.purpledb.engine.Items;
import io.purpledb.engine.Key;
import io.purpledb.engine.Page;
import io.purpledb.engine.Scan;
import io.purpledb.engine.Value;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.engine.support.Moment;
import io.purpledb.message.Failure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What entries mean in the tables of a database. What is changed gets the next positions; the last
 * of them is in the log with each batch, so a position that somebody knows is not given again. On
 * the writer's thread, but for {@link #read} and {@link #scan}.
 */
public final class EntryStore implements Maintenance {

  private static final Logger LOG = System.getLogger(EntryStore.class.getName());

  /** How many expired entries of a service are deleted with one batch. */
  private static final int EXPIRED_AT_ONCE = 100;

  /** From so many changes on, names are read again: each change of a known one copies it. */
  private static final int MANY_CHANGES = 32;

  private static final int EVICTED_AT_ONCE = 100;

  /** More go with the next batches: those of one are in memory until it is committed. */
  private static final int MOST_EVICTED = 2_000;

  private static final int CLEARED_AT_ONCE = 500;

  /** How many bytes several keys may have, in pages. */
  private static final int READ_PAGES = 4;

  private static final String STATE = "SELECT POSITION, MILLIS FROM ENGINE_STATE";
  private static final String SET_STATE = "UPDATE ENGINE_STATE SET POSITION = ?, MILLIS = ?";

  private final Map<String, EntryTable> tables = new HashMap<>();
  private final LargeValues large = new LargeValues();
  private final EvictableRoom room;
  private final RecentItems recentItems;
  private final ChangeLog log;
  private final DiskClock clock;
  private final long pageBytes;
  private final long forgotten;

  /** What was to be freed and cannot be read; looked for again when the database is opened anew. */
  private final Set<Key> unreadable = new HashSet<>();

  /** Whether that is more than can be told. */
  private boolean moreUnreadable;

  private final List<ChangeLog.Change> notDurable = new ArrayList<>();
  private boolean opened;

  /** Of the last change of the transaction. */
  private long position;

  /**
   * @param room of one of the services
   * @param log is told of what is durable
   * @param pageBytes after so many bytes of values a page ends
   * @param recentBytes how much of the heap the items may take that were asked for last
   * @param forgotten how many positions the loss of power may let the database forget
   */
  public EntryStore(
      List<String> services,
      EvictableRoom room,
      ChangeLog log,
      DiskClock clock,
      long pageBytes,
      long recentBytes,
      long forgotten) {
    services.forEach(service -> tables.put(service, new EntryTable(service)));
    this.room = room;
    this.log = log;
    this.clock = clock;
    this.pageBytes = pageBytes;
    this.recentItems = new RecentItems(recentBytes);
    this.forgotten = forgotten;
  }

  /**
   * The tables of services; each is one more format.
   *
   * @param services in the order in which they came: one more is the last
   */
  public static Schema schema(List<String> services) {
    List<String> commands = new ArrayList<>(LargeValues.TABLES);
    commands.add("CREATE TABLE ENGINE_STATE(POSITION BIGINT NOT NULL, MILLIS BIGINT NOT NULL)");
    commands.add("INSERT INTO ENGINE_STATE VALUES (0, 0)");
    commands.add(UpgradeState.TABLE);
    Schema schema = Schema.first(commands.toArray(String[]::new));
    for (String service : services) {
      schema = schema.then(EntryTable.commands(service));
    }
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
      spare.addAll(table.expiries());
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
    unreadable.clear();
    moreUnreadable = false;
    tables.values().forEach(EntryTable::opened);
    large.opened();
    undone(sql);
    EntryTable evictable = tables.get(room.service());
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

  @Override
  public void undone(Sql sql) throws SQLException {
    large.start(sql);
    room.undone();
    recentItems.clear();
    for (EntryTable table : tables.values()) {
      table.start(sql);
    }
    State state =
        Objects.requireNonNull(sql.first(STATE, r -> new State(r.getLong(1), r.getLong(2))));
    clock.notBefore(state.millis);
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
    boolean expired = expire(sql);
    boolean evicted = evict(sql);
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
      log.add(notDurable);
      notDurable.clear();
    }
  }

  private boolean expire(Sql sql) throws SQLException {
    long now = clock.millis();
    boolean expired = false;
    for (EntryTable table : tables.values()) {
      for (EntryTable.Due due : table.due(sql, now, EXPIRED_AT_ONCE + unreadable.size())) {
        DiskStep step = step(sql);
        step.set(due.key(), null);
        expired |= isFreed(sql, table, due, step, Event.Kind.EXPIRED);
      }
    }
    return expired;
  }

  /** As below, of one that is to expire; without it, its expiry goes. */
  private boolean isFreed(
      Sql sql, EntryTable table, EntryTable.Due due, DiskStep step, Event.Kind kind)
      throws SQLException {
    long before = position;
    boolean freed = isFreed(sql, due.key(), step, kind);
    if (freed && position == before) {
      table.forget(sql, due);
    }
    return freed;
  }

  /** Frees an entry, one at a time: of one that cannot be read, nothing is changed. */
  private boolean isFreed(Sql sql, Key key, DiskStep step, Event.Kind kind) throws SQLException {
    if (unreadable.contains(key)) {
      return false;
    }
    try {
      make(sql, step, kind);
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

  /** Makes room, if need be: by what is next to expire, and by anything if nothing expires. */
  private boolean evict(Sql sql) throws SQLException {
    boolean evicted = false;
    for (int left = MOST_EVICTED; room.isOver() && left > 0; left -= EVICTED_AT_ONCE) {
      EntryTable table = Objects.requireNonNull(tables.get(room.service()));
      int some = EVICTED_AT_ONCE + unreadable.size();
      long before = room.usedBytes();
      evict(sql, table, table.nextToExpire(sql, some));
      List<Key> any = room.usedBytes() == before ? some(sql, table, some) : List.of();
      evict(sql, any);
      if (room.usedBytes() == before) {
        if (unreadable.isEmpty()
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

  private void evict(Sql sql, EntryTable table, List<EntryTable.Due> next) throws SQLException {
    for (int i = 0; i < next.size() && room.isOver(); i++) {
      EntryTable.Due due = next.get(i);
      DiskStep step = step(sql);
      step.evict(due.key());
      var unused = isFreed(sql, table, due, step, Event.Kind.EVICTED);
    }
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
      DiskStep step = step(sql);
      step.evict(keys.get(i));
      var unused = isFreed(sql, keys.get(i), step, Event.Kind.EVICTED);
    }
  }

  /** Of what would not fit if it were alone, nothing is kept, and nothing of what it replaces. */
  private void evictTooLarge(DiskStep step) {
    for (int i = 0; i < step.keys().size(); i++) {
      Key key = step.keys().get(i);
      EntryRow next = step.next().get(i);
      if (next != null && room.isOf(key.service()) && room.isTooLarge(KeyBytes.of(key), next)) {
        step.evict(key);
      }
    }
  }

  private DiskStep step(Sql sql) {
    return new DiskStep(sql, this, new Moment(clock));
  }

  /** Whether there is a table for a service. */
  public boolean has(String service) {
    return tables.containsKey(service);
  }

  /** The failure of a service that there is no table for. */
  public Failure unknown(String service) {
    return Failure.invalid(
        "service: %s (expected: one of %s)".formatted(service, new TreeSet<>(tables.keySet())));
  }

  EntryTable table(Key key) {
    return Objects.requireNonNull(tables.get(key.service()), key.service());
  }

  boolean isAlive(EntryRow row, Moment now) {
    return row.expiresMillis() == Entry.NEVER || row.isAlive(now.millis());
  }

  /** A commit; tells what it changed. */
  public Committed commit(Sql sql, Commit commit, DiskReach.Changed changed) throws SQLException {
    DiskStep step = step(sql);
    int refusedBy = step.work(commit);
    boolean isDone = refusedBy == Committed.DONE;
    evictTooLarge(step);
    List<Key> keys = commit.reads();
    List<@Nullable EntryRow> rows = new ArrayList<>(keys.size());
    for (Key key : keys) {
      rows.add(isDone ? step.current(key) : step.alive(key));
    }
    requireFew(rows); // before anything is changed
    requireFewItems(sql, commit.itemsOf(), step.now());
    if (isDone) {
      make(sql, step, Event.Kind.DELETED);
    }
    changed.are(isDone ? step.keys() : List.of());
    return new Committed(
        refusedBy, position, entries(sql, keys, rows), items(sql, commit.itemsOf(), step.now()));
  }

  /** The items of names, as the transaction has them. */
  private List<Items> items(Sql sql, List<Key> names, Moment now) throws SQLException {
    List<Items> all = new ArrayList<>(names.size());
    for (Key name : names) {
      EntryTable table = table(name);
      Items items = table.anyExpires() ? null : recentItems.get(name);
      if (items == null) {
        items = table.items(sql, name, now);
        sql.fetched(items.heapBytes());
        if (!table.anyExpires()) {
          recentItems.put(name, items);
        }
      }
      sql.fetched((long) Footprint.REFERENCE * items.size()); // others have the items, too
      all.add(items);
    }
    return all;
  }

  /** As for values: the items of one name may be as many as they are. */
  private void requireFewItems(Sql sql, List<Key> names, Moment now) throws SQLException {
    long bytes = 0;
    for (Key name : names.size() > 1 ? names : List.<Key>of()) {
      bytes += table(name).items(sql, name, now).heapBytes();
      if (bytes > READ_PAGES * pageBytes) {
        throw new Failure(
            Failure.Kind.ANSWER_TOO_LARGE,
            "the items of %d names have more than %d bytes (expected: fewer at once, or one name)"
                .formatted(names.size(), READ_PAGES * pageBytes));
      }
    }
  }

  /** The items of a name, of one moment. */
  public Items readItems(Sql sql, Key name) throws SQLException {
    Items items = table(name).items(sql, name, new Moment(clock));
    sql.fetched(items.heapBytes());
    return items;
  }

  /** Puts entries that a version before has kept; tells what it changed. */
  public void take(Sql sql, List<Former.FormerEntry> items, DiskReach.Changed changed)
      throws SQLException {
    DiskStep step = step(sql);
    for (Former.FormerEntry item : items) {
      step.set(item.key(), EntryRow.of(item.value(), Description.NONE, item.expiresMillis()));
    }
    evictTooLarge(step);
    make(sql, step, Event.Kind.DELETED);
    changed.are(step.keys());
  }

  /** Deletes some entries of a service; answers whether there were any. */
  public boolean isCleared(Sql sql, String service, DiskReach.Changed changed) throws SQLException {
    DiskStep step = step(sql);
    EntryTable table = Objects.requireNonNull(tables.get(service), service);
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
        fitting(
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
      entries.add(entry(sql, key, Objects.requireNonNull(step.current(key))));
    }
    return entries;
  }

  /**
   * Makes the changes of a step. Where nothing of a table expires, its room has no bound and there
   * are no large values, it is not looked for what is replaced.
   *
   * @param whenAbsent what those who watch are told of an entry that is gone
   */
  private void make(Sql sql, DiskStep step, Event.Kind whenAbsent) throws SQLException {
    boolean isLarge = step.keys().size() > MANY_CHANGES;
    Set<Long> kept = large.any() ? parts(step) : Set.of();
    for (int i = 0; i < step.keys().size(); i++) {
      Key key = step.keys().get(i);
      EntryTable table = table(key);
      boolean bounded = room.isOf(key.service());
      EntryTable.Sized sized = bounded ? table.findSized(sql, KeyBytes.of(key)) : null;
      boolean looked = bounded || step.knows(key) || table.mayExpire() || large.any();
      EntryRow before = null;
      if (bounded && !step.knows(key)) {
        before = sized == null ? null : sized.head();
      } else if (looked) {
        before = replaced(sql, step, key);
      }
      EntryRow after = step.next().get(i);
      if (whenAbsent == Event.Kind.EXPIRED && before != null && isAlive(before, step.now())) {
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
      }
      table.replaceExpiry(sql, KeyBytes.of(key), before, after);
      table.recent().changed(key, after);
      if (isLarge) {
        recentItems.forget(key.ofName());
      } else {
        recentItems.changed(key, after != null);
      }
      if (bounded) {
        room.changed(KeyBytes.of(key), sized, after);
      }
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

  /** What is there of a key. */
  public @Nullable Entry get(Sql sql, Key key) throws SQLException {
    EntryRow row = table(key).find(sql, KeyBytes.of(key));
    return row == null || !isAlive(row, new Moment(clock)) ? null : entry(sql, key, row);
  }

  /** What is there of keys; of one moment when nothing is committed meanwhile. */
  public List<@Nullable Entry> read(Sql sql, List<Key> keys) throws SQLException {
    Moment now = new Moment(clock);
    List<@Nullable EntryRow> rows = new ArrayList<>(keys.size());
    for (Key key : keys) {
      EntryRow row = table(key).find(sql, KeyBytes.of(key));
      rows.add(row == null || !isAlive(row, now) ? null : row);
    }
    requireFew(rows);
    return entries(sql, keys, rows);
  }

  /** One value may be as large as it is; several have to fit into the memory together. */
  private void requireFew(List<@Nullable EntryRow> rows) {
    long bytes = 0;
    for (EntryRow row : rows) {
      bytes += row == null ? 0 : row.bytes();
    }
    if (rows.size() > 1 && bytes > READ_PAGES * pageBytes) {
      throw new Failure(
          Failure.Kind.ANSWER_TOO_LARGE,
          "the values of %d keys have %d bytes (expected: at most %d at once, or one key)"
              .formatted(rows.size(), bytes, READ_PAGES * pageBytes));
    }
  }

  private static List<@Nullable Entry> entries(
      Sql sql, List<Key> keys, List<@Nullable EntryRow> rows) throws SQLException {
    List<@Nullable Entry> entries = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      EntryRow row = rows.get(i);
      entries.add(row == null ? null : entry(sql, keys.get(i), row));
    }
    return entries;
  }

  /** A page; of one moment when nothing is committed meanwhile. */
  public Page scan(Sql sql, Scan scan) throws SQLException {
    Key after = scan.after();
    byte[] from = KeyBytes.of(scan.range().from());
    byte[] to = KeyBytes.end(scan.range());
    if (after != null && scan.reverse()) {
      to = KeyBytes.of(after);
    } else if (after != null) {
      from = KeyBytes.behind(after);
    }
    int oneMore = scan.limit() + 1; // tells whether there is a next page
    List<EntryTable.Found> found =
        table(scan.range().from())
            .page(sql, from, to, scan.reverse(), clock.millis(), oneMore, pageBytes);
    List<EntryTable.Found> page = fitting(found);
    if (page.size() > scan.limit()) {
      page = page.subList(0, scan.limit());
    }
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (EntryTable.Found one : page) {
      entries.add(entry(sql, one.key(), one.row()));
      bytes += one.row().bytes();
    }
    boolean isLast = page.size() == found.size() && bytes < pageBytes;
    return new Page(List.copyOf(entries), isLast ? null : entries.get(entries.size() - 1).key());
  }

  /** The first rows of some, whose values are not more than fit, but at least one. */
  private List<EntryTable.Found> fitting(List<EntryTable.Found> found) {
    long bytes = 0;
    int count = 0;
    while (count < found.size() && (count == 0 || bytes < pageBytes)) {
      bytes += found.get(count).row().bytes();
      count++;
    }
    return found.subList(0, count);
  }

  private static Entry entry(Sql sql, Key key, EntryRow row) throws SQLException {
    sql.fetched(row.bytes());
    return row.value() == null
        ? row.entry(key, new Value.OfBytes(LargeValues.read(sql, row.parts(), row.bytes())))
        : row.entry(key);
  }
}
