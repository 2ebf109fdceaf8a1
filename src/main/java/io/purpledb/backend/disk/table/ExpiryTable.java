package io.purpledb.backend.disk.table;

import io.purpledb.backend.disk.database.Refusals;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Those entries of a service which expire, in the order of their time, in a table beside that of
 * all: an index would have all. The writer alone uses it, but for {@link #anyExpires}.
 */
public final class ExpiryTable {

  private static final Logger LOG = System.getLogger(ExpiryTable.class.getName());

  private final String service;
  private final String due;
  private final String firstDue;
  private final String noteExpiry;
  private final String forgetExpiry;
  private final String moveExpiry;

  /** Before it nothing expires; of the writer. */
  private long firstExpiry;

  /** Whether a part of what expires cannot be read, as far as is known since the opening. */
  private boolean unreadable;

  /** Whether something has ever expired or will; read by others than the writer. */
  private volatile boolean anyExpires;

  ExpiryTable(String service) {
    this.service = service;
    String expiry = name(service);
    due =
        """
        SELECT EXPIRES, VERSION, ENTRY_KEY FROM %s WHERE EXPIRES <= ?
        ORDER BY EXPIRES, VERSION FETCH FIRST ? ROWS ONLY
        """
            .formatted(expiry);
    firstDue =
        "SELECT EXPIRES FROM %s ORDER BY EXPIRES, VERSION FETCH FIRST ROW ONLY".formatted(expiry);
    noteExpiry = "INSERT INTO %s VALUES (?, ?, ?)".formatted(expiry);
    forgetExpiry = "DELETE FROM %s WHERE EXPIRES = ? AND VERSION = ?".formatted(expiry);
    moveExpiry =
        "UPDATE %s SET EXPIRES = ?, VERSION = ? WHERE EXPIRES = ? AND VERSION = ?"
            .formatted(expiry);
  }

  private static String name(String service) {
    return "\"EXPIRY_" + service + "\"";
  }

  /** The command that makes it. */
  static String command(String service) {
    return """
        CREATE TABLE %s(
          EXPIRES BIGINT,
          VERSION BIGINT,
          ENTRY_KEY VARBINARY(8192) NOT NULL,
          PRIMARY KEY (EXPIRES, VERSION))
        """
        .formatted(name(service));
  }

  /** Its statements that change rows, by their names in the log. */
  public Map<String, String> statements() {
    return Map.of(
        "expire " + service, noteExpiry,
        "unexpire " + service, forgetExpiry,
        "move expiry " + service, moveExpiry);
  }

  /** Called when the database was opened; {@link #start} is next. */
  public void opened() {
    unreadable = false;
  }

  /** Called when what is in the table may be other than before. */
  void start(Sql sql) throws SQLException {
    firstExpiry = first(sql);
    anyExpires |= mayExpire();
  }

  /**
   * A part of what expires cannot be read. Reads ask the entries themselves, so no more is lost
   * than that what has expired is not freed.
   */
  private void unreadable(SQLException e) throws SQLException {
    if (!Refusals.isUnreadable(e)) {
      throw e;
    }
    if (!unreadable) {
      unreadable = true;
      LOG.log(
          Level.WARNING,
          "what of {0} expires when cannot be read, so none of it is freed for that: {1}",
          service,
          Refusals.reason(e));
    }
  }

  private long first(Sql sql) throws SQLException {
    try {
      Long millis = unreadable ? null : sql.first(firstDue, row -> row.getLong(1));
      return millis == null ? Entry.NEVER : millis;
    } catch (SQLException e) {
      unreadable(e);
      return Entry.NEVER;
    }
  }

  /** Whether something may expire some time. */
  public boolean mayExpire() {
    return unreadable || firstExpiry != Entry.NEVER;
  }

  /**
   * A row is in the place of another; null for none. What expires later than what was there stays
   * noted where that was, so that who puts off an expiry again and again changes nothing here:
   * whoever finds it there looks at the entry ({@link EntryTable#renew}). Where that cannot be
   * read, an expiry may stay that is no more, or miss.
   */
  public void replace(Sql sql, byte[] key, @Nullable EntryRow before, @Nullable EntryRow after)
      throws SQLException {
    EntryRow from = expiring(before);
    EntryRow to = expiring(after);
    if (to != null) {
      firstExpiry = Math.min(firstExpiry, to.expiresMillis());
      anyExpires = true;
    }
    if (from != null && to != null && from.notedMillis() <= to.expiresMillis()) {
      to.noted(from.notedMillis(), from.notedVersion());
      return;
    }
    try {
      int moved = 0;
      if (from != null && to != null) {
        moved =
            sql.change(
                moveExpiry,
                to.expiresMillis(),
                to.version(),
                from.notedMillis(),
                from.notedVersion());
      } else if (from != null) {
        sql.change(forgetExpiry, from.notedMillis(), from.notedVersion());
      }
      if (to != null && moved == 0) {
        sql.change(noteExpiry, to.expiresMillis(), to.version(), key);
      }
    } catch (SQLException e) {
      unreadable(e);
    }
  }

  /** An expiry is no entry's any more. */
  void forget(Sql sql, Due due) throws SQLException {
    try {
      sql.change(forgetExpiry, due.expiresMillis, due.version);
    } catch (SQLException e) {
      unreadable(e);
    }
  }

  /** Whether what was put off could be noted for its own time. */
  boolean isMoved(Sql sql, Due due, EntryRow to) throws SQLException {
    try {
      sql.change(moveExpiry, to.expiresMillis(), to.version(), due.expiresMillis, due.version);
      return true;
    } catch (SQLException e) {
      unreadable(e);
      return false;
    }
  }

  private static @Nullable EntryRow expiring(@Nullable EntryRow row) {
    return row == null || row.expiresMillis() == Entry.NEVER ? null : row;
  }

  /** Whether a moment has to be known to say which entries are there. */
  public boolean anyExpires() {
    return anyExpires;
  }

  /** When an entry expires, or expired before that was put off, or one that was there did. */
  public record Due(long expiresMillis, long version, Key key) {

    boolean isOf(EntryRow row) {
      return row.notedMillis() == expiresMillis && row.notedVersion() == version;
    }
  }

  /** What is to expire until a time, the first of it, so many at most; none where unreadable. */
  private List<Due> dueUntil(Sql sql, long millis, int most) throws SQLException {
    if (unreadable) {
      return List.of();
    }
    try {
      return sql.all(
          due,
          row -> new Due(row.getLong(1), row.getLong(2), KeyBytes.key(service, row.getBytes(3))),
          millis,
          (long) most);
    } catch (SQLException e) {
      unreadable(e);
      return List.of();
    }
  }

  /** Those whose time is over, so many at most. */
  public List<Due> due(Sql sql, long nowMillis, int most) throws SQLException {
    if (nowMillis < firstExpiry) {
      return List.of();
    }
    List<Due> due = dueUntil(sql, nowMillis, most);
    if (due.size() < most) {
      firstExpiry = nowMillis + 1; // all others are later; which is first is looked for next time
      if (due.isEmpty()) {
        firstExpiry = first(sql);
      }
    }
    return due;
  }

  /** Those that are next to expire, so many at most. */
  public List<Due> nextToExpire(Sql sql, int most) throws SQLException {
    return dueUntil(sql, Entry.NEVER, most);
  }
}
