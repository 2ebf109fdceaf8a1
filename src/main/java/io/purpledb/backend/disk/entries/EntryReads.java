package io.purpledb.backend.disk.entries;

import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.table.EntryRow;
import io.purpledb.backend.disk.table.EntryTable;
import io.purpledb.backend.disk.table.EntryTables;
import io.purpledb.backend.disk.table.KeyBytes;
import io.purpledb.engine.Page;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Items;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.Moment;
import io.purpledb.message.Failure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of the entries is read, by whichever thread a connection is for. */
public final class EntryReads {

  /** How many bytes several keys may have, in pages. */
  private static final int READ_PAGES = 4;

  private final EntryTables tables;
  private final DiskClock clock;
  private final long pageBytes;

  /**
   * @param pageBytes after so many bytes of values a page ends
   */
  EntryReads(EntryTables tables, DiskClock clock, long pageBytes) {
    this.tables = tables;
    this.clock = clock;
    this.pageBytes = pageBytes;
  }

  /** The items of a name, of one moment. */
  public Items items(Sql sql, Key name) throws SQLException {
    Items items = tables.of(name).items(sql, name, new Moment(clock));
    sql.fetched(items.heapBytes());
    return items;
  }

  /** What is there of a key. */
  public @Nullable Entry get(Sql sql, Key key) throws SQLException {
    EntryRow row = tables.of(key).find(sql, KeyBytes.of(key));
    return row == null || !row.isAlive(new Moment(clock)) ? null : entry(sql, key, row);
  }

  /** What is there of keys; of one moment when nothing is committed meanwhile. */
  public List<@Nullable Entry> read(Sql sql, List<Key> keys) throws SQLException {
    Moment now = new Moment(clock);
    List<@Nullable EntryRow> rows = new ArrayList<>(keys.size());
    for (Key key : keys) {
      EntryRow row = tables.of(key).find(sql, KeyBytes.of(key));
      rows.add(row == null || !row.isAlive(now) ? null : row);
    }
    requireFew(rows);
    return entries(sql, keys, rows);
  }

  /** One value may be as large as it is; several have to fit into the memory together. */
  void requireFew(List<@Nullable EntryRow> rows) {
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

  static List<@Nullable Entry> entries(Sql sql, List<Key> keys, List<@Nullable EntryRow> rows)
      throws SQLException {
    List<@Nullable Entry> entries = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      EntryRow row = rows.get(i);
      entries.add(row == null ? null : entry(sql, keys.get(i), row));
    }
    return entries;
  }

  /** As for values: the items of one name may be as many as they are. */
  void requireFewItems(Sql sql, List<Key> names, Moment now) throws SQLException {
    long bytes = 0;
    for (Key name : names.size() > 1 ? names : List.<Key>of()) {
      bytes += tables.of(name).items(sql, name, now).heapBytes();
      if (bytes > READ_PAGES * pageBytes) {
        throw new Failure(
            Failure.Kind.ANSWER_TOO_LARGE,
            "the items of %d names have more than %d bytes (expected: fewer at once, or one name)"
                .formatted(names.size(), READ_PAGES * pageBytes));
      }
    }
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
        tables
            .of(scan.range().from())
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
  List<EntryTable.Found> fitting(List<EntryTable.Found> found) {
    long bytes = 0;
    int count = 0;
    while (count < found.size() && (count == 0 || bytes < pageBytes)) {
      bytes += found.get(count).row().bytes();
      count++;
    }
    return found.subList(0, count);
  }

  static Entry entry(Sql sql, Key key, EntryRow row) throws SQLException {
    sql.fetched(row.bytes());
    return row.value() == null
        ? row.entry(key, new Value.OfBytes(LargeValues.read(sql, row.parts(), row.bytes())))
        : row.entry(key);
  }
}
