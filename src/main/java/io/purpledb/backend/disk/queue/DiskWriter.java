package io.purpledb.backend.disk.queue;

import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.backend.disk.database.Maintenance;
import io.purpledb.backend.disk.log.FsyncPolicy;
import io.purpledb.backend.disk.record.DiskFullException;
import io.purpledb.message.Failure;
import io.purpledb.message.Outcome;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The thread that writes, by group commit: it takes all requests that wait, runs them in one
 * transaction, commits, makes that durable once, and answers them all.
 */
public final class DiskWriter implements Runnable {

  /** Made ahead: when it is needed there may be no room for another. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could be wrong
  private static final Failure LOST =
      Failure.unavailable(
          "the disk's writer failed and opens the database again" + Outcome.UNKNOWN);

  private final Shared shared;
  private final Recovery recovery;
  private final Maintenance maintenance;
  private final FsyncPolicy fsync;
  private final long idleMillis;

  /** Those of a batch that are left for the next one. */
  private final List<Request<?>> later = new ArrayList<>();

  /**
   * @param idleMillis how often the maintenance runs when nothing else happens
   */
  public DiskWriter(
      Shared shared,
      Recovery recovery,
      Maintenance maintenance,
      FsyncPolicy fsync,
      long idleMillis) {
    this.shared = shared;
    this.recovery = recovery;
    this.maintenance = maintenance;
    this.fsync = fsync;
    this.idleMillis = idleMillis;
  }

  /** Whatever is thrown, the thread lives: without it no request would be answered any more. */
  @Override
  @SuppressWarnings("CatchingUnchecked")
  public void run() {
    boolean more = false; // of the maintenance
    boolean ended = false;
    while (!ended) {
      try {
        recovery.openAgain(); // if need be
        List<Request<?>> batch = shared.writes().next(more ? 0 : idleMillis);
        DatabaseConnections open = shared.open();
        ended = open == null || (batch.isEmpty() && shared.writes().stopped());
        more = !ended && open != null && serve(open, batch);
      } catch (Exception | Error e) {
        shared.unavailable(LOST); // while handling another error, probably for lack of memory
        more = false;
      }
    }
    shared.failWaiting();
  }

  /** Serves a batch; answers whether the maintenance changed anything. */
  @SuppressWarnings("CatchingUnchecked") // whatever it is: requests are answered, the thread lives
  private boolean serve(DatabaseConnections open, List<Request<?>> batch) {
    List<Request<?>> unanswered = batch;
    try {
      open.lookForRoom();
      boolean maintained = commit(open, batch);
      if (!later.isEmpty()) {
        batch.removeAll(later);
        shared.writes().putBack(later);
      }
      long bytes = bytes(batch);
      if (open.isLarge(bytes)) {
        maintained = cleanUp(open, bytes, maintained);
      }
      if (batch.stream().anyMatch(Request::lasting)) {
        open.checkpoint();
      }
      answer(batch);
      unanswered = List.of();
      if (batch.isEmpty()) {
        open.checkFiles();
      }
      checkpointIfDue(open);
      return maintained;
    } catch (Exception | Error e) {
      fail(unanswered, e);
      return false;
    }
  }

  private void answer(List<Request<?>> batch) {
    if (batch.stream().mapToLong(Request::resultBytes).sum() >= shared.writes().batchBytes()) {
      Answers.hand(batch);
    } else {
      Answers.send(batch);
    }
  }

  private static long bytes(List<Request<?>> batch) {
    return batch.stream().mapToLong(Request::bytes).sum();
  }

  /**
   * Frees the memory of a large batch, and as much garbage as it may have made, before its answers
   * let more come.
   */
  private boolean cleanUp(DatabaseConnections open, long bytes, boolean maintained)
      throws SQLException, IOException {
    checkpointIfDue(open);
    boolean more = maintained;
    for (long left = 2 * bytes; more && left > 0; left -= LargeValues.FREED_BYTES) {
      more = commit(open, List.of());
      checkpointIfDue(open);
    }
    return more;
  }

  /** Gives the database up; its requests are answered even if that fails. */
  private void fail(List<Request<?>> requests, Throwable cause) {
    Failure failure = LOST;
    try {
      failure = recovery.giveUp(cause);
    } finally {
      for (Request<?> request : requests) {
        request.fail(failure);
      }
      Answers.send(requests);
    }
  }

  private static void checkpointIfDue(DatabaseConnections open) throws SQLException, IOException {
    if (open.checkpointDue()) {
      open.compact();
      open.checkpoint();
    }
  }

  /** Commits a batch, or what of it a full disk allows; answers whether the maintenance changed. */
  private boolean commit(DatabaseConnections open, List<Request<?>> batch)
      throws SQLException, IOException {
    try {
      return commit(open, batch, false);
    } catch (DiskFullException e) {
      Failure full = Failure.storageFull(recovery.noRoom(e));
      List<Request<?>> left = new ArrayList<>();
      for (Request<?> request : batch) {
        if (request.changing() && !request.freeing()) {
          request.fail(full);
        } else {
          left.add(request);
        }
      }
      undo(open);
      return commitDeletions(open, left, full);
    }
  }

  private boolean commitDeletions(DatabaseConnections open, List<Request<?>> left, Failure full)
      throws SQLException, IOException {
    try {
      return commit(open, left, true);
    } catch (DiskFullException e) { // the reserve is used up
      left.stream().filter(Request::changing).forEach(request -> request.fail(full));
      undo(open);
      List<Request<?>> reads = left.stream().filter(request -> !request.changing()).toList();
      if (!reads.isEmpty()) {
        runAll(open, reads); // they may have seen what is undone
        undo(open);
      }
      return false;
    }
  }

  private void undo(DatabaseConnections open) throws SQLException {
    open.rollback();
    maintenance.undone(open.writing());
  }

  /**
   * Runs requests and the maintenance, and makes durable what they changed.
   *
   * @param freeing whether they only delete
   */
  private boolean commit(DatabaseConnections open, List<Request<?>> batch, boolean freeing)
      throws SQLException, IOException {
    if (batch.stream().anyMatch(one -> one.changing() && LargeValues.isAhead(one.bytes()))) {
      open.requireRoom(bytes(batch)); // a part of it is committed before the rest
    }
    runAll(open, batch);
    boolean maintained = maintenance.run(open.writing());
    List<Object> keys = changed(batch);
    boolean changed = maintained || !keys.isEmpty();
    shared.notDurable().addAll(keys);
    try {
      open.commit(freeing); // a transaction that only read ends, too
    } catch (DiskFullException e) {
      open.rollback();
      keys.forEach(shared.notDurable()::remove);
      throw e;
    }
    if (changed) {
      fsync.committed();
    }
    if (fsync.due(!changed)) {
      open.force();
      fsync.forced();
    }
    keys.forEach(shared.notDurable()::remove);
    maintenance.durable();
    return maintained;
  }

  /** What requests change, as far as that is known. */
  private static List<Object> changed(List<Request<?>> batch) {
    List<Object> changed = new ArrayList<>();
    for (Request<?> request : batch) {
      if (request.changing()) {
        changed.addAll(request.reach().changed());
      }
    }
    return changed;
  }

  /**
   * Runs all requests, and if one breaks, again all but that one. Those that follow what has read
   * much are left for the next batch.
   */
  private void runAll(DatabaseConnections open, List<Request<?>> batch)
      throws SQLException, IOException {
    List<Request<?>> left = new ArrayList<>(batch);
    later.clear();
    while (!isRun(open, left)) {
      maintenance.undone(open.writing());
    }
  }

  /** Runs the requests; false when one broke: it is taken out, and nothing is changed. */
  private boolean isRun(DatabaseConnections open, List<Request<?>> requests)
      throws SQLException, IOException {
    long readBytes = 0;
    for (Request<?> request : requests) {
      if (readBytes >= shared.writes().batchBytes()) {
        List<Request<?>> rest = requests.subList(requests.indexOf(request), requests.size());
        later.addAll(0, rest);
        rest.clear();
        return true;
      }
      try {
        request.run(open.writing());
        readBytes += request.resultBytes();
      } catch (Failure refused) {
        request.fail(refused);
      } catch (SQLException | RuntimeException e) {
        open.rollback();
        if (!open.usable()) {
          throw e;
        }
        open.checkFiles(); // else it is no matter of this request alone
        request.fail(recovery.failureOf(request.reach(), e));
        requests.remove(request);
        return false;
      }
    }
    return true;
  }
}
