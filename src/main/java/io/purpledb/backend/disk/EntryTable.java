package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.engine.Description;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Key;
import io.purpledb.engine.Range;
import io.purpledb.engine.Value;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a service in a table, and beside it one that has those which expire, in the order
 * of their time: an index would have all. The writer alone uses what changes something.
 */
final class EntryTable {

  private static final Pattern ENTRIES = Pattern.compile("\"ENTRIES_([^\"]+)\"");

  /** So many are read first by a scan. */
  private static final int FIRST_ROWS = 16;

  /** A bit of a scan reads more than the one before, until it has so many bytes. */
  private static final long BIT_BYTES = 256 << 10;

  private final String service;
  private final String find;
  private final String findOutline;
  private final String put;
  private final String putBytes;
  private final String putNumber;
  private final String touch;
  private final String delete;
  private final String keys;
  private final String some;
  private final String forward;
  private final String pageBack;
  private final String due;
  private final String firstDue;
  private final String noteExpiry;
  private final String forgetExpiry;

  /** Before it nothing expires; of the writer. */
  private long firstExpiry;

  EntryTable(String service) {
    this.service = service;
    String entries = entries(service);
    String expiry = expiry(service);
    String columns = EntryRow.COLUMNS;
    find = "SELECT %s FROM %s WHERE ENTRY_KEY = ?".formatted(columns, entries);
    put = "MERGE INTO %s KEY(ENTRY_KEY) VALUES (?, ?, ?, ?, ?, ?, ?, ?)".formatted(entries);
    findOutline = "SELECT %s FROM %s WHERE ENTRY_KEY = ?".formatted(EntryRow.OUTLINE, entries);
    putBytes = put.replace("(?, ?, ?, ?, ?, ?, ?, ?)", "(?, ?, NULL, NULL, NULL, NULL, ?, NULL)");
    putNumber = put.replace("(?, ?, ?, ?, ?, ?, ?, ?)", "(?, NULL, ?, NULL, NULL, NULL, ?, NULL)");
    touch = "UPDATE %s SET VERSION = ?, EXPIRES = ? WHERE ENTRY_KEY = ?".formatted(entries);
    delete = "DELETE FROM %s WHERE ENTRY_KEY = ?".formatted(entries);
    keys = "SELECT ENTRY_KEY FROM %s WHERE ENTRY_KEY >= ? AND ENTRY_KEY < ?".formatted(entries);
    some = "SELECT ENTRY_KEY FROM %s FETCH FIRST ? ROWS ONLY".formatted(entries);
    forward =
        """
        SELECT ENTRY_KEY, %s FROM %s
        WHERE ENTRY_KEY >= ? AND ENTRY_KEY < ? AND (EXPIRES IS NULL OR EXPIRES > ?)
        ORDER BY ENTRY_KEY FETCH FIRST ? ROWS ONLY
        """
            .formatted(columns, entries);
    pageBack = forward.replace("ORDER BY ENTRY_KEY", "ORDER BY ENTRY_KEY DESC");
    due =
        """
        SELECT ENTRY_KEY FROM %s WHERE EXPIRES <= ?
        ORDER BY EXPIRES, VERSION FETCH FIRST ? ROWS ONLY
        """
            .formatted(expiry);
    firstDue =
        "SELECT EXPIRES FROM %s ORDER BY EXPIRES, VERSION FETCH FIRST ROW ONLY".formatted(expiry);
    noteExpiry = "INSERT INTO %s VALUES (?, ?, ?)".formatted(expiry);
    forgetExpiry = "DELETE FROM %s WHERE EXPIRES = ? AND VERSION = ?".formatted(expiry);
  }

  /** The commands that make the tables of a service. */
  static List<String> commands(String service) {
    return List.of(
        """
        CREATE TABLE %s(
          ENTRY_KEY VARBINARY(8192) PRIMARY KEY,
          CONTENT VARBINARY(1048576),
          NUMBER BIGINT,
          PARTS BIGINT,
          MEDIA_TYPE VARBINARY(1048576),
          METADATA VARBINARY(1048576),
          VERSION BIGINT NOT NULL,
          EXPIRES BIGINT)
        """
            .formatted(entries(service)),
        """
        CREATE TABLE %s(
          EXPIRES BIGINT,
          VERSION BIGINT,
          ENTRY_KEY VARBINARY(8192) NOT NULL,
          PRIMARY KEY (EXPIRES, VERSION))
        """
            .formatted(expiry(service)));
  }

  /** The key of the entry that a logged change puts, touches or deletes; null of any other. */
  static @Nullable Key changed(Change change) {
    Matcher entries = ENTRIES.matcher(change.sql());
    if (!entries.find()) {
      return null;
    }
    for (Object parameter : change.parameters()) {
      if (parameter instanceof byte[] key) { // the first bytes, where there are others
        return KeyBytes.key(entries.group(1), key);
      }
    }
    return null;
  }

  private static String entries(String service) {
    return "\"ENTRIES_" + service + "\"";
  }

  private static String expiry(String service) {
    return "\"EXPIRY_" + service + "\"";
  }

  /** Called when what is in the tables may be other than before. */
  void start(Sql sql) throws SQLException {
    firstExpiry = first(sql);
  }

  private long first(Sql sql) throws SQLException {
    Long millis = sql.first(firstDue, row -> row.getLong(1));
    return millis == null ? Entry.NEVER : millis;
  }

  /** Whether something may expire some time. */
  boolean mayExpire() {
    return firstExpiry != Entry.NEVER;
  }

  /** What is there, alive or expired; null where nothing is. */
  @Nullable EntryRow find(Sql sql, byte[] key) throws SQLException {
    return sql.first(find, row -> EntryRow.read(row, 1), key);
  }

  /** The same without value and description, which may be large. */
  @Nullable EntryRow findOutline(Sql sql, byte[] key) throws SQLException {
    return sql.first(findOutline, EntryRow::readOutline, key);
  }

  /** Puts a row in the place of what is there. */
  void put(Sql sql, byte[] key, EntryRow row) throws SQLException {
    boolean inParts = row.parts() != EntryRow.NO_PARTS;
    if (!inParts
        && row.expiresMillis() == Entry.NEVER
        && row.description().equals(Description.NONE)) {
      putPlain(sql, key, row); // most are, and each parameter costs
      return;
    }
    String mediaType = row.description().mediaType();
    sql.change(
        put,
        key,
        !inParts && row.value() instanceof Value.OfBytes of ? of.content() : null,
        inParts ? Long.valueOf(row.bytes()) : row.number(),
        inParts ? row.parts() : null,
        mediaType.isEmpty() ? null : mediaType.getBytes(UTF_8),
        Metadata.bytes(row.description().metadata()),
        row.version(),
        orNull(row.expiresMillis()));
    noteExpiry(sql, key, row);
  }

  private void putPlain(Sql sql, byte[] key, EntryRow row) throws SQLException {
    if (row.value() instanceof Value.OfBytes of) {
      sql.change(putBytes, key, of.content(), row.version());
    } else {
      sql.change(putNumber, key, row.number(), row.version());
    }
  }

  /** Changes the version and the expiry of what is there. */
  void touch(Sql sql, byte[] key, EntryRow row) throws SQLException {
    sql.change(touch, row.version(), orNull(row.expiresMillis()), key);
    noteExpiry(sql, key, row);
  }

  private static @Nullable Long orNull(long expiresMillis) {
    return expiresMillis == Entry.NEVER ? null : expiresMillis;
  }

  private void noteExpiry(Sql sql, byte[] key, EntryRow row) throws SQLException {
    if (row.expiresMillis() != Entry.NEVER) {
      sql.change(noteExpiry, row.expiresMillis(), row.version(), key);
      firstExpiry = Math.min(firstExpiry, row.expiresMillis());
    }
  }

  /** A row goes, or another is in its place. */
  void forgetExpiry(Sql sql, EntryRow row) throws SQLException {
    if (row.expiresMillis() != Entry.NEVER) {
      sql.change(forgetExpiry, row.expiresMillis(), row.version());
    }
  }

  /** Whether something was there. */
  boolean isDeleted(Sql sql, byte[] key) throws SQLException {
    return sql.change(delete, key) > 0;
  }

  /** The keys of a range. */
  List<Key> keys(Sql sql, Range range) throws SQLException {
    return sql.all(
        keys,
        row -> KeyBytes.key(service, row.getBytes(1)),
        KeyBytes.of(range.from()),
        KeyBytes.end(range));
  }

  /** Any keys, so many at most. */
  List<Key> some(Sql sql, int most) throws SQLException {
    return sql.all(some, row -> KeyBytes.key(service, row.getBytes(1)), (long) most);
  }

  /** The keys whose time is over, so many at most. */
  List<Key> due(Sql sql, long nowMillis, int most) throws SQLException {
    if (nowMillis < firstExpiry) {
      return List.of();
    }
    List<Key> due =
        sql.all(this.due, row -> KeyBytes.key(service, row.getBytes(1)), nowMillis, (long) most);
    if (due.size() < most) {
      firstExpiry = nowMillis + 1; // all others are later; which is first is looked for next time
      if (due.isEmpty()) {
        firstExpiry = first(sql);
      }
    }
    return due;
  }

  /** A row with its key. */
  record Found(Key key, EntryRow row) {}

  /**
   * Reads rows in bits, as H2 has a copy of what it answers; so another commit may come in between.
   *
   * @param limit how many at most
   * @param mostBytes after so many bytes of values no more are read
   */
  List<Found> page(
      Sql sql, byte[] from, byte[] to, boolean reverse, long nowMillis, int limit, long mostBytes)
      throws SQLException {
    List<Found> page = new ArrayList<>();
    byte[] first = from;
    byte[] end = to;
    long rows = FIRST_ROWS;
    long bytes = 0;
    boolean more = true;
    while (more && page.size() < limit && bytes < mostBytes) {
      long asked = Math.min(rows, limit - page.size());
      List<Found> bit =
          sql.all(
              reverse ? pageBack : forward,
              row -> new Found(KeyBytes.key(service, row.getBytes(1)), EntryRow.read(row, 2)),
              first,
              end,
              nowMillis,
              asked);
      long bitBytes = bit.stream().mapToLong(found -> found.row.bytes()).sum();
      page.addAll(bit);
      bytes += bitBytes;
      more = bit.size() == asked;
      if (more && reverse) {
        end = KeyBytes.of(bit.get(bit.size() - 1).key);
      } else if (more) {
        first = KeyBytes.behind(bit.get(bit.size() - 1).key);
      }
      rows = bitBytes < BIT_BYTES ? 2 * rows : FIRST_ROWS;
    }
    return page;
  }
}
