package io.purpledb.backend.disk.queue;

import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.backend.disk.database.Maintenance;
import io.purpledb.backend.disk.database.Refusals;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.DiskFullException;
import io.purpledb.config.StartFailure;
import io.purpledb.message.Failure;
import io.purpledb.message.Outcome;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;

/**
 * Opens the database, and opens it again after a failure, because only an opening finds out what is
 * durable. Meanwhile requests fail as unavailable.
 */
public final class Recovery {

  private static final Logger LOG = System.getLogger(Recovery.class.getName());

  /** Made ahead: when it is needed there may be no room for another. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could be wrong
  private static final Failure REOPENING =
      Failure.unavailable("the database failed; it is being opened again");

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final DiskFile file;
  private final Schema schema;
  private final Maintenance maintenance;
  private final Shared shared;

  public Recovery(DiskFile file, Schema schema, Maintenance maintenance, Shared shared) {
    this.file = file;
    this.schema = schema;
    this.maintenance = maintenance;
    this.shared = shared;
  }

  /**
   * Opens the database.
   *
   * @throws StartFailure when it cannot be
   */
  public void open() {
    DatabaseConnections connections = file.open(schema);
    try {
      maintenance.start(connections.writing());
      connections.commit(true);
    } catch (SQLException | IOException e) {
      connections.abandon();
      throw file.refused(e);
    }
    shared.opened(connections);
  }

  /** What a write is told that found no room. */
  String noRoom(DiskFullException e) {
    String text =
        e.isReadOnly()
            ? "%s takes no writes: %s (expected: to write in %s; reads go on)"
            : "%s has no room for writes: %s (expected: room in %s; reads and deletes go on)";
    return text.formatted(file.path(), e.getMessage(), file.path().getParent());
  }

  /** What a request fails with that failed alone: damage where its key is, or a defect. */
  Throwable failureOf(Reach reach, Exception cause) {
    if (Refusals.root(cause) instanceof DamagedFileException damaged) {
      return new Failure(
          Failure.Kind.INTERNAL,
          "%s cannot be read: %s; restore a backup".formatted(reach, damaged.getMessage()));
    }
    LOG.log(Level.ERROR, "a request of %s failed".formatted(reach), cause);
    return cause;
  }

  /**
   * Gives the open database up.
   *
   * @return the failure of the requests that were under way
   */
  Failure giveUp(Throwable cause) {
    DatabaseConnections broken = shared.open();
    shared.unavailable(REOPENING);
    try {
      if (broken != null) {
        broken.abandon();
      }
    } finally {
      shared.notDurable().clear(); // after the database is unavailable, see DiskReader
    }
    String failed = "%s failed: %s".formatted(file.path(), Refusals.reason(cause));
    boolean defect = !(cause instanceof IOException); // a device or a person needs no trace
    LOG.log(Level.ERROR, failed + "; it will be opened again", defect ? cause : null);
    shared.unavailable(Failure.unavailable(failed + "; it is being opened again"));
    return Failure.unavailable(failed + Outcome.UNKNOWN);
  }

  /** Tries to open a database that is not open, until it is or the writer is to stop. */
  @SuppressWarnings("CatchingUnchecked") // whatever it is, the next time may go better
  void openAgain() {
    long pause = FIRST_PAUSE_MILLIS;
    while (shared.open() == null && !shared.writes().stopped()) {
      shared.failWaiting();
      shared.writes().awaitStop(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      try {
        open();
        LOG.log(Level.INFO, file.path() + " is open again");
      } catch (StartFailure e) {
        shared.unavailable(Failure.unavailable(e.line()));
        LOG.log(Level.WARNING, e.line());
      } catch (Exception | Error e) {
        String line = "%s cannot be opened: %s".formatted(file.path(), Refusals.reason(e));
        shared.unavailable(Failure.unavailable(line));
        LOG.log(Level.ERROR, line, e);
      }
    }
  }
}
