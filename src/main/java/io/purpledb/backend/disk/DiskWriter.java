package io.purpledb.backend.disk;

import io.purpledb.backend.disk.journal.DiskFullException;
import io.purpledb.message.Failure;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The thread that writes, by group commit: it takes all requests that wait, runs them in one
 * transaction, commits, makes that safe once, and answers them all.
 */
final class DiskWriter implements Runnable {

  /** Made ahead: when it is needed there may be no room for another. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could be wrong
  private static final Failure LOST =
      Failure.unavailable(
          "the disk's writer failed and opens the database again; a write may or may not have"
              + " happened");

  private final Shared shared;
  private final Recovery recovery;
  private final Upkeep upkeep;
  private final Forcing forcing;
  private final long idleMillis;

  /**
   * @param idleMillis how often the upkeep runs when nothing else happens
   */
  DiskWriter(Shared shared, Recovery recovery, Upkeep upkeep, Forcing forcing, long idleMillis) {
    this.shared = shared;
    this.recovery = recovery;
    this.upkeep = upkeep;
    this.forcing = forcing;
    this.idleMillis = idleMillis;
  }

  /** Whatever is thrown, the thread lives: without it no request would be answered any more. */
  @Override
  @SuppressWarnings("CatchingUnchecked")
  public void run() {
    boolean more = false; // of the upkeep
    boolean ended = false;
    while (!ended) {
      try {
        recovery.openAgain(); // if need be
        List<Request<?>> batch = shared.writes().next(more ? 0 : idleMillis);
        Connections open = shared.open();
        ended = open == null || (batch.isEmpty() && shared.writes().stopped());
        more = !ended && open != null && isUpkept(open, batch);
      } catch (Exception | Error e) {
        shared.unavailable(LOST); // while handling another error, probably for lack of memory
        more = false;
      }
    }
    shared.failWaiting();
  }

  /** Serves a batch; answers whether the upkeep changed anything. */
  @SuppressWarnings("CatchingUnchecked") // whatever it is: requests are answered, the thread lives
  private boolean isUpkept(Connections open, List<Request<?>> batch) {
    List<Request<?>> unanswered = batch;
    try {
      open.lookForRoom();
      boolean upkept = commit(open, batch);
      long bytes = batch.stream().mapToLong(Request::bytes).sum();
      if (open.isLarge(bytes)) {
        upkept = cleanUp(open, bytes, upkept);
      }
      Answers.send(batch);
      unanswered = List.of();
      if (batch.isEmpty()) {
        open.checkFiles();
      }
      checkpointIfDue(open);
      return upkept;
    } catch (Exception | Error e) {
      fail(unanswered, e);
      return false;
    }
  }

  /**
   * Frees the memory of a large batch, and as much garbage as it may have made, before its answers
   * let more come.
   */
  private boolean cleanUp(Connections open, long bytes, boolean upkept)
      throws SQLException, IOException {
    checkpointIfDue(open);
    boolean more = upkept;
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

  private static void checkpointIfDue(Connections open) throws SQLException, IOException {
    if (open.checkpointDue()) {
      open.compact();
      open.checkpoint();
    }
  }

  /** Commits a batch, or what of it a full disk allows; answers whether the upkeep changed. */
  private boolean commit(Connections open, List<Request<?>> batch)
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

  private boolean commitDeletions(Connections open, List<Request<?>> left, Failure full)
      throws SQLException, IOException {
    try {
      return commit(open, left, true);
    } catch (DiskFullException e) { // the reserve is used up
      left.stream().filter(Request::changing).forEach(request -> request.fail(full));
      undo(open);
      return false;
    }
  }

  private void undo(Connections open) throws SQLException {
    open.rollback();
    upkeep.start(open.writing());
  }

  /**
   * Runs requests and the upkeep, and makes safe what they changed.
   *
   * @param freeing whether they only delete
   */
  private boolean commit(Connections open, List<Request<?>> batch, boolean freeing)
      throws SQLException, IOException {
    runAll(open, batch);
    boolean upkept = upkeep.run(open.writing());
    List<String> keys = batch.stream().filter(Request::changing).map(Request::key).toList();
    boolean changed = upkept || !keys.isEmpty();
    shared.unsafe().addAll(keys);
    try {
      open.commit(freeing); // a transaction that only read ends, too
    } catch (DiskFullException e) {
      keys.forEach(shared.unsafe()::remove);
      throw e;
    }
    if (changed) {
      forcing.committed();
    }
    if (forcing.due(!changed)) {
      open.force();
      forcing.forced();
    }
    keys.forEach(shared.unsafe()::remove);
    return upkept;
  }

  /** Runs all requests, and if one breaks, again all but that one. */
  private void runAll(Connections open, List<Request<?>> batch) throws SQLException {
    List<Request<?>> left = new ArrayList<>(batch);
    while (!isRun(open, left)) {
      upkeep.start(open.writing());
    }
  }

  /** Runs the requests; false when one broke: it is taken out, and nothing is changed. */
  private boolean isRun(Connections open, List<Request<?>> requests) throws SQLException {
    for (Request<?> request : requests) {
      try {
        request.run(open.writing());
      } catch (Failure refused) {
        request.fail(refused);
      } catch (SQLException | RuntimeException e) {
        open.rollback();
        if (!open.usable()) {
          throw e;
        }
        request.fail(recovery.failureOf(request.key(), e));
        requests.remove(request);
        return false;
      }
    }
    return true;
  }
}
