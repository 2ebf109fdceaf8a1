package io.purpledb.backend.disk.table;

import static io.purpledb.backend.disk.table.RowEnvelope.HEAD_BYTES;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.log.LoggedChange;
import io.purpledb.engine.entry.Items;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.support.Moment;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a service in a table; beside it is one of those which expire. The writer alone
 * uses what changes something.
 */
public final class EntryTable {

  private static final Pattern ENTRIES = Pattern.compile("\"ENTRIES_([^\"]+)\"");

  /** So many are read first by a scan. */
  private static final int FIRST_ROWS = 16;

  /** And so many at once at most: their values may be large all of a sudden. */
  private static final int MOST_ROWS = 128;

  /** A bit of a scan reads more than the one before, until it has so many bytes. */
  private static final long BIT_BYTES = 256 << 10;

  private final String service;
  private final String find;
  private final String findHead;
  private final String findSized;
  private final String put;
  private final String touch;
  private final String delete;
  private final String keys;
  private final String items;
  private final String itemsWithHeads;
  private final String some;
  private final String forward;
  private final String pageBack;
  private final String used;

  private final ExpiryTable expiry;
  private final RecentNumbers recent = new RecentNumbers();

  public EntryTable(String service) {
    this.service = service;
    String entries = entries(service);
    expiry = new ExpiryTable(service);
    find = "SELECT ENVELOPE FROM %s WHERE ENTRY_KEY = ?".formatted(entries);
    findHead = find.replace("ENVELOPE", "SUBSTRING(ENVELOPE, 1, %d)".formatted(HEAD_BYTES));
    findSized = findHead.replace(" FROM", ", OCTET_LENGTH(ENVELOPE) FROM");
    put = "MERGE INTO %s KEY(ENTRY_KEY) VALUES (?, ?)".formatted(entries);
    touch =
        ("UPDATE %s SET ENVELOPE = CAST(? AS VARBINARY) || SUBSTRING(ENVELOPE, ?)"
                + " WHERE ENTRY_KEY = ?")
            .formatted(entries);
    delete = "DELETE FROM %s WHERE ENTRY_KEY = ?".formatted(entries);
    items =
        "SELECT ENTRY_KEY FROM %s WHERE ENTRY_KEY >= ? AND ENTRY_KEY < ? ORDER BY ENTRY_KEY"
            .formatted(entries);
    itemsWithHeads =
        items.replace(
            "SELECT ENTRY_KEY",
            "SELECT ENTRY_KEY, SUBSTRING(ENVELOPE, 1, %d)".formatted(HEAD_BYTES));
    keys = items + " FETCH FIRST ? ROWS ONLY";
    some = "SELECT ENTRY_KEY FROM %s FETCH FIRST ? ROWS ONLY".formatted(entries);
    forward =
        """
        SELECT ENTRY_KEY, ENVELOPE FROM %s WHERE ENTRY_KEY >= ? AND ENTRY_KEY < ?
        ORDER BY ENTRY_KEY FETCH FIRST ? ROWS ONLY
        """
            .formatted(entries);
    pageBack = forward.replace("ORDER BY ENTRY_KEY", "ORDER BY ENTRY_KEY DESC");
    used =
        "SELECT COUNT(*), COALESCE(SUM(OCTET_LENGTH(ENTRY_KEY) + %s), 0) FROM %s"
            .formatted(RowEnvelope.BYTES, entries);
  }

  /** The commands that make the tables of a service. */
  public static List<String> commands(String service) {
    return List.of(
        """
        CREATE TABLE %s(
          ENTRY_KEY VARBINARY(8192) PRIMARY KEY,
          ENVELOPE VARBINARY(4194304) NOT NULL)
        """
            .formatted(entries(service)),
        ExpiryTable.command(service));
  }

  /** Its statements that change rows, by their names in the log. */
  public Map<String, String> statements() {
    Map<String, String> statements = new HashMap<>(expiry.statements());
    statements.put("put " + service, put);
    statements.put("touch " + service, touch);
    statements.put("delete " + service, delete);
    return statements;
  }

  /** The key of the entry that a logged change puts, touches or deletes; null of any other. */
  public static @Nullable Key changed(LoggedChange change) {
    Matcher entries = ENTRIES.matcher(change.sql());
    if (!entries.find()) {
      return null;
    }
    int touched = change.parameters().size() - 1;
    Object key = change.parameters().get(change.sql().startsWith("UPDATE") ? touched : 0);
    return KeyBytes.key(entries.group(1), (byte[]) Objects.requireNonNull(key));
  }

  private static String entries(String service) {
    return "\"ENTRIES_" + service + "\"";
  }

  /** Called when what is in the tables may be other than before. */
  public void start(Sql sql) throws SQLException {
    expiry.start(sql);
    recent.clear();
  }

  /** When its entries expire. */
  public ExpiryTable expiry() {
    return expiry;
  }

  /** What the writer knows without a look into the table. */
  public RecentNumbers recent() {
    return recent;
  }

  /** What is there, alive or expired; null where nothing is. */
  public @Nullable EntryRow find(Sql sql, byte[] key) throws SQLException {
    return sql.first(find, row -> RowEnvelope.read(row.getBytes(1)), key);
  }

  /** The same without value and description, which may be large. */
  public @Nullable EntryRow findHead(Sql sql, byte[] key) throws SQLException {
    return sql.first(findHead, row -> RowEnvelope.readHead(row.getBytes(1)), key);
  }

  /**
   * What matters of a row whose room is counted.
   *
   * @param head without value and description
   * @param bytes of all of the row, and what it has in parts
   */
  public record Sized(EntryRow head, long bytes) {}

  /** As {@link #findHead}, and how large the row is. */
  public @Nullable Sized findSized(Sql sql, byte[] key) throws SQLException {
    return sql.first(
        findSized,
        row -> {
          EntryRow head = RowEnvelope.readHead(row.getBytes(1));
          boolean inParts = head.parts() != EntryRow.NO_PARTS;
          long note = head.isPostponed() ? RowEnvelope.NOTE_BYTES : 0;
          return new Sized(head, row.getLong(2) - note + (inParts ? head.bytes() : 0));
        },
        key);
  }

  /** Puts a row in the place of what is there. */
  public void put(Sql sql, byte[] key, EntryRow row) throws SQLException {
    sql.change(put, key, RowEnvelope.of(row));
  }

  /** Changes the version and the expiry of what is there; the log has no copy of the rest. */
  public void touch(Sql sql, byte[] key, EntryRow before, EntryRow row) throws SQLException {
    sql.change(touch, RowEnvelope.start(row), (long) RowEnvelope.startBytes(before) + 1, key);
  }

  /** A noted expiry has come, but that of its entry was put off, or the entry is no more. */
  public void renew(Sql sql, ExpiryTable.Due due) throws SQLException {
    byte[] key = KeyBytes.of(due.key());
    byte[] head = sql.first(findHead, row -> row.getBytes(1), key);
    EntryRow row = head == null ? null : RowEnvelope.readHead(head);
    if (head == null || row == null || !due.isOf(row) || !row.isPostponed()) {
      expiry.forget(sql, due);
    } else if (expiry.isMoved(sql, due, row)) {
      sql.change(
          touch, RowEnvelope.startNotPostponed(head), (long) RowEnvelope.startBytes(row) + 1, key);
      recent.changed(due.key(), null);
    }
  }

  /** Whether something was there. */
  public boolean isDeleted(Sql sql, byte[] key) throws SQLException {
    return sql.change(delete, key) > 0;
  }

  /** The first keys of a range, so many at most. */
  public List<Key> keys(Sql sql, Range range, int most) throws SQLException {
    return sql.all(
        keys,
        row -> KeyBytes.key(service, row.getBytes(1)),
        KeyBytes.of(range.from()),
        KeyBytes.end(range),
        (long) most);
  }

  /** The items of a name that have not expired. */
  public Items items(Sql sql, Key name, Moment now) throws SQLException {
    byte[] bytes = KeyBytes.of(name);
    byte[] from = KeyBytes.behind(name);
    byte[] to = KeyBytes.behindItems(name);
    int start = bytes.length + 1;
    if (!expiry.anyExpires()) {
      return Items.ofSortedBytes(
          sql.all(this.items, row -> item(row.getBytes(1), start), from, to));
    }
    List<ByteString> alive = new ArrayList<>();
    for (Item item :
        sql.all(
            itemsWithHeads,
            row -> new Item(item(row.getBytes(1), start), RowEnvelope.readHead(row.getBytes(2))),
            from,
            to)) {
      if (item.head.isAlive(now.millis())) {
        alive.add(item.item);
      }
    }
    return Items.ofSortedBytes(alive);
  }

  private record Item(ByteString item, EntryRow head) {}

  private static ByteString item(byte[] key, int start) {
    return ByteString.copyFrom(key, start, key.length - start); // the name would be kept, too
  }

  /** Any keys, so many at most. */
  public List<Key> some(Sql sql, int most) throws SQLException {
    return sql.all(some, row -> KeyBytes.key(service, row.getBytes(1)), (long) most);
  }

  /** What all that is there takes of a room; looks through all of it. */
  public long usedBytes(Sql sql) throws SQLException {
    return Objects.requireNonNull(
        sql.first(used, row -> EvictableRoom.cost(row.getLong(1), row.getLong(2))));
  }

  /** A row with its key. */
  public record Found(Key key, EntryRow row) {}

  /**
   * Reads rows that are alive, in bits, as H2 has a copy of what it answers; so another commit may
   * come in between. Those that have expired are read, too, but not kept.
   *
   * @param limit how many at most
   * @param mostBytes after so many bytes of values no more are read
   */
  public List<Found> page(
      Sql sql, byte[] from, byte[] to, boolean reverse, long nowMillis, int limit, long mostBytes)
      throws SQLException {
    List<Found> page = new ArrayList<>();
    byte[] first = from;
    byte[] end = to;
    long rows = FIRST_ROWS;
    long bytes = 0;
    boolean more = true;
    boolean anyExpired = false;
    while (more && page.size() < limit && bytes < mostBytes) {
      long asked = anyExpired ? rows : Math.min(rows, limit - page.size());
      List<Found> bit = bit(sql, first, end, reverse, asked);
      long bitBytes = 0;
      for (Found found : bit) {
        bitBytes += found.row.bytes();
        if (!found.row.isAlive(nowMillis)) {
          anyExpired = true; // then there may be many more, which are not read one by one
        } else if (page.size() < limit) {
          page.add(found);
          bytes += found.row.bytes();
        }
      }
      more = bit.size() == asked;
      if (more && reverse) {
        end = KeyBytes.of(bit.get(bit.size() - 1).key);
      } else if (more) {
        first = KeyBytes.behind(bit.get(bit.size() - 1).key);
      }
      rows = bitBytes < BIT_BYTES ? Math.min(2 * rows, MOST_ROWS) : FIRST_ROWS;
    }
    return page;
  }

  private List<Found> bit(Sql sql, byte[] first, byte[] end, boolean reverse, long rows)
      throws SQLException {
    return sql.all(
        reverse ? pageBack : forward,
        row -> new Found(KeyBytes.key(service, row.getBytes(1)), RowEnvelope.read(row.getBytes(2))),
        first,
        end,
        rows);
  }
}
