package io.purpledb.backend.disk.database;

import io.purpledb.backend.disk.journal.JournaledPath;
import io.purpledb.backend.disk.journal.OpenDatabase;
import io.purpledb.backend.disk.log.ChangeNames;
import io.purpledb.backend.disk.log.LogPolicy;
import io.purpledb.backend.disk.log.LoggedChange;
import io.purpledb.backend.disk.log.RedoLog;
import io.purpledb.backend.disk.record.DiskFullException;
import io.purpledb.backend.disk.record.Mark;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * An open database: one connection that writes, one that reads, and the log of what was written. H2
 * does nothing on its own: no thread of it writes or compacts. What is committed stays in memory
 * and, when it is to be durable, in the log, until a checkpoint brings it into the database file.
 */
public final class DatabaseConnections {

  private static final Logger LOG = System.getLogger(DatabaseConnections.class.getName());

  /** Neither a thread that writes now and then, nor a write with each commit, which is 0. */
  private static final int NEVER = -1;

  /** What share of H2's chunks should be live data, in percent. */
  private static final int FILL_PERCENT = 50;

  private static final int COMPACT_BYTES = 2 << 20;

  private static final String CHECKPOINT = "SELECT LAST_RECORD FROM CHECKPOINT";
  private static final String SET_CHECKPOINT = "UPDATE CHECKPOINT SET LAST_RECORD = ?";

  private final Connection connection;
  private final Ahead ahead;
  private final Sql writing;
  private final Sql reading;
  private final Sql unlogged;
  private final MVStore store;
  private final RedoLog log;
  private final Mark mark;
  private final FilesInPlace files;
  private final OpenDatabase file;
  private final DiskRoom room = new DiskRoom();
  private final LogPolicy policy;
  private final ChangeNames names;
  private final KnownDamage damage;
  private final List<LoggedChange> uncommitted = new ArrayList<>();

  /** What the transaction defers, and what those before it have deferred, by the statement. */
  private final Map<String, LoggedChange> deferring = new HashMap<>();

  private final Map<String, LoggedChange> deferred = new LinkedHashMap<>();

  /** Odd while the writer commits. */
  private final AtomicLong moment = new AtomicLong();

  private long redone;
  private boolean accepted;

  private DatabaseConnections(
      Connection writing,
      Connection ahead,
      Connection reading,
      MVStore store,
      RedoLog log,
      Mark mark,
      FilesInPlace files,
      OpenDatabase file,
      LogPolicy policy,
      ChangeNames names,
      KnownDamage damage) {
    this.connection = writing;
    this.ahead = new Ahead(ahead, uncommitted::add, store, storeBytes(policy));
    this.writing = new Sql(writing, uncommitted::add, this.ahead, this::defer);
    this.unlogged = new Sql(writing);
    this.reading = new Sql(reading);
    this.store = store;
    this.log = log;
    this.mark = mark;
    this.files = files;
    this.file = file;
    this.policy = policy;
    this.names = names;
    this.damage = damage;
    file.hold(true); // until a checkpoint
  }

  /**
   * Opens a database that nobody, not even this process, has open.
   *
   * @param name of the database file, below the journal
   * @param log the file of its log
   * @param mark how its files must be; closed with it
   * @param files watched from now on
   * @param names what the log calls statements
   * @param damage what openings before have found
   */
  static DatabaseConnections open(
      String url,
      String name,
      FilePath log,
      Mark mark,
      FilesInPlace files,
      LogPolicy policy,
      ChangeNames names,
      KnownDamage damage)
      throws SQLException, IOException {
    Connection writing = DriverManager.getConnection(url + ";OPEN_NEW=TRUE", "", "");
    try {
      writing.setAutoCommit(false);
      SessionLocal session = (SessionLocal) writing.unwrap(JdbcConnection.class).getSession();
      MVStore store = session.getDatabase().getStore().getMvStore();
      FileChannel logFile = log.open("rw"); // under the lock of the database
      try {
        Connection ahead = DriverManager.getConnection(url, "", "");
        ahead.setAutoCommit(false);
        Connection reading = DriverManager.getConnection(url, "", "");
        store.setAutoCommitDelay(NEVER);
        RedoLog redoLog = new RedoLog(logFile, mark, policy.forcing(), names);
        OpenDatabase file = JournaledPath.inUse(name);
        return new DatabaseConnections(
            writing, ahead, reading, store, redoLog, mark, files, file, policy, names, damage);
      } catch (SQLException e) {
        logFile.close();
        throw e;
      }
    } catch (SQLException | IOException e) {
      writing.close();
      throw e;
    }
  }

  private void defer(LoggedChange change) {
    uncommitted.add(change);
    deferring.put(change.sql(), change);
  }

  /** For the writer's thread. */
  public Sql writing() {
    return writing;
  }

  /** For the reader's thread; sees what is committed when a query starts. */
  public Sql reading() {
    return reading;
  }

  /** For what an opening changes in the writer's place: it is not logged. */
  public Sql unlogged() {
    return unlogged;
  }

  /**
   * Commits; the log has it first, so that nothing is committed when there is no room for that.
   *
   * @param freeing whether only deletions are committed: they are, too, when the disk is full
   * @throws DiskFullException and nothing is committed; {@link #rollback} is next
   */
  public void commit(boolean freeing) throws SQLException, IOException {
    DiskFullException full = room.missing();
    if (full != null && !freeing && !uncommitted.isEmpty()) {
      throw full;
    }
    try {
      log.append(uncommitted, freeing);
    } catch (DiskFullException e) {
      room.gone(e);
      throw e;
    }
    uncommitted.clear();
    moment.incrementAndGet();
    connection.commit();
    moment.incrementAndGet();
    ahead.keep();
    deferred.putAll(deferring);
    deferring.clear();
  }

  /** Tells one moment from another, between which something was committed. */
  public long moment() {
    return moment.get();
  }

  /** Whether nothing was committed since a moment, and nothing was about to be. */
  public boolean isStill(long since) {
    return since % 2 == 0 && moment.get() == since;
  }

  /**
   * Makes sure that the disk has room for changes before they are made.
   *
   * @throws DiskFullException when it has none
   */
  public void requireRoom(long bytes) throws IOException {
    DiskFullException full = room.missing();
    if (full != null) {
      throw full;
    }
    try {
      log.reserve(bytes);
    } catch (DiskFullException e) {
      room.gone(e);
      throw e;
    }
  }

  public void rollback() throws SQLException {
    uncommitted.clear();
    deferring.clear();
    connection.rollback();
    ahead.rollback();
  }

  /**
   * Makes all that is committed durable.
   *
   * @throws IOException also when the files are not where a next opening would look for them
   */
  public void force() throws IOException {
    log.makeDurable();
    files.check();
  }

  /** What is not as it should be, null when nothing is known. */
  public @Nullable String notice() {
    String damaged = damage.with(file.damage());
    return damaged == null ? room.notice() : damaged;
  }

  /** Looks from time to time whether a disk that was full has room again. */
  public void lookForRoom() throws SQLException, IOException {
    if (!room.retryDue()) {
      return;
    }
    try {
      log.reserve(0);
      checkpoint();
      if (file.full() == null) {
        room.back();
      }
    } catch (DiskFullException e) {
      room.gone(e);
    }
  }

  /** Makes sure that a next opening would find the files. */
  public void checkFiles() throws IOException {
    files.check();
  }

  /** From now on the file may change. */
  void accept() throws IOException {
    if (accepted) {
      return;
    }
    accepted = true;
    log.rewrite();
    file.accept();
  }

  /** Commits what of the log is not in the database. */
  void redo() throws SQLException, IOException {
    unlogged.run("CREATE TABLE IF NOT EXISTS CHECKPOINT(LAST_RECORD BIGINT NOT NULL)");
    Long last = unlogged.first(CHECKPOINT, row -> row.getLong(1));
    if (last == null) {
      unlogged.change("INSERT INTO CHECKPOINT VALUES (0)");
    }
    log.replay(last == null ? 0 : last, this::acceptToRedo, this::redo);
    connection.commit();
  }

  /**
   * What H2 writes before that stays in memory. Data of a format before are accepted when they are
   * brought up to date, and not in between.
   */
  private void acceptToRedo() throws IOException {
    if (!mark.fresh()) {
      accept();
    }
  }

  /** In bits, of which nothing is durable before the first checkpoint. */
  private void redo(LoggedChange change) throws SQLException {
    try {
      unlogged.change(change.sql(), change.parameters().toArray());
    } catch (SQLException e) {
      if (!names.isSpare(change.sql()) || !Refusals.isUnreadable(e)) {
        throw e;
      }
      LOG.log(Level.DEBUG, "a change that frees room is not made, where it cannot be read", e);
    }
    redone += LargeValues.bytes(change);
    if (redone >= storeBytes(policy)) {
      connection.commit();
      store.commit();
      redone = 0;
    }
  }

  /** How much may be changed before H2 writes it, which takes as much memory again. */
  private static long storeBytes(LogPolicy policy) {
    return policy.memory().changed() / 4;
  }

  /** The number of the last record of the log, all of which the database has. */
  public long lastNumber() {
    return log.lastNumber();
  }

  /** The number of the data set. */
  public long dataSet() {
    return mark.dataSet();
  }

  /** The bytes of the log in use. */
  long logBytes() {
    return log.bytes();
  }

  /** Whether so much was written at once that a checkpoint should not wait. */
  public boolean isLarge(long bytes) {
    return bytes >= policy.memory().changed();
  }

  /** Whether the log or the memory of changed pages has become large, and the disk is not full. */
  public boolean checkpointDue() {
    return room.missing() == null && isMuchChanged();
  }

  private boolean isMuchChanged() {
    return policy.isLong(log.bytes()) || store.getUnsavedMemory() > policy.memory().changed();
  }

  /**
   * Moves some live data out of chunks that are mostly dead, with the next checkpoint. H2 would do
   * so only in a thread of its own; without it the file grows to many times its data. Of a damaged
   * file none is moved: H2 gives the database up for a page that it cannot read then.
   */
  public void compact() {
    if (damage.with(file.damage()) != null) {
      return;
    }
    try {
      store.compact(FILL_PERCENT, COMPACT_BYTES);
    } catch (MVStoreException e) { // it is opened again, and not moved then
      LOG.log(Level.DEBUG, "a part of the database could not be moved", e);
      damage.with(file.damage());
    }
  }

  /**
   * Brings all that is committed into the database file, durably, and starts the log again; on a
   * full disk the log goes on instead.
   */
  public void checkpoint() throws SQLException, IOException {
    log.force();
    for (LoggedChange change : deferred.values()) {
      unlogged.change(change.sql(), change.parameters().toArray());
    }
    deferred.clear();
    unlogged.change(SET_CHECKPOINT, log.lastNumber());
    connection.commit();
    file.hold(false);
    try {
      unlogged.run("CHECKPOINT SYNC");
    } finally {
      file.hold(true);
    }
    if (!file.owed()) {
      log.restart(policy.keptBytes());
    }
    DiskFullException full = file.full();
    if (full != null) {
      room.gone(full);
    }
  }

  /** The version of the data that H2 found or wrote last; it grows with every checkpoint. */
  long version() {
    return store.getCurrentVersion();
  }

  /** Whether H2 has not given the database up. */
  public boolean usable() {
    return !store.isClosed();
  }

  /** Closes in order; all that is committed is durable. */
  public void close() throws SQLException, IOException {
    try (mark) {
      boolean settled;
      try {
        checkpoint();
        settled = !file.owed();
        if (settled) {
          log.restart(0);
        }
      } finally {
        file.hold(false);
        closeAll();
      }
      if (settled) {
        mark.closed();
      }
    }
  }

  /** Closes without writing anything. */
  public void abandon() {
    try {
      unlogged.run("SHUTDOWN IMMEDIATELY");
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "closing an unusable database", e);
    }
    try (mark) {
      closeAll();
    } catch (SQLException | IOException e) {
      LOG.log(Level.DEBUG, "closing an unusable database", e);
    }
  }

  private void closeAll() throws SQLException, IOException {
    try (log) {
      reading.close();
      ahead.close();
      connection.close();
    }
  }
}
