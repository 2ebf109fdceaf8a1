package io.purpledb.backend.disk.queue;

import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.message.Failure;
import io.purpledb.message.WaitingAnswers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The thread that reads. What it reads may be committed but not durable yet, which nobody may see:
 * then the request goes to the writer, who answers it with the batch after the one that is under
 * way. So does a request that fails here: the writer alone judges the database.
 */
final class DiskReader implements Runnable {

  private static final Logger LOG = System.getLogger(DiskReader.class.getName());
  private static final long IDLE_MILLIS = 60_000;

  /** How long a read waits for answers before it that have not had their turn. */
  private static final long WAIT_MILLIS = 1_000;

  private final Shared shared;
  private final long batchBytes;

  DiskReader(Shared shared) {
    this.shared = shared;
    this.batchBytes = shared.reads().batchBytes();
  }

  @Override
  public void run() {
    List<Request<?>> batch = shared.reads().next(IDLE_MILLIS);
    while (!batch.isEmpty() || !shared.reads().stopped()) {
      serve(batch);
      batch = shared.reads().next(IDLE_MILLIS);
    }
  }

  /** Whatever is thrown, the thread lives: without it no read would be answered any more. */
  @SuppressWarnings("CatchingUnchecked")
  private void serve(List<Request<?>> batch) {
    try {
      List<Request<?>> done = new ArrayList<>();
      long bytes = 0;
      for (Request<?> request : batch) {
        if (WaitingAnswers.OF_PROCESS.isEnough()) {
          Answers.send(done); // they may be what is waited for
          done.clear();
          bytes = 0;
          WaitingAnswers.OF_PROCESS.awaitFewer(WAIT_MILLIS);
        }
        if (isDone(request)) {
          done.add(request);
          bytes += request.resultBytes();
        }
        if (bytes >= batchBytes) { // it is not known before they are read
          Answers.hand(done);
          done.clear();
          bytes = 0;
        }
      }
      Answers.send(done);
    } catch (Exception | Error e) {
      LOG.log(Level.ERROR, "reads may have been left without an answer", e);
    }
  }

  /** Whether a request can be answered; otherwise the writer has it. */
  private boolean isDone(Request<?> request) {
    DatabaseConnections open = shared.open();
    if (open != null && isRead(open, request)) {
      return true;
    }
    request.drop();
    Failure failure = shared.submit(shared.writes(), request);
    if (failure == null) {
      return false;
    }
    request.fail(failure);
    return true;
  }

  /** Whether a request was read, and what it read was durable at that moment. */
  private boolean isRead(DatabaseConnections open, Request<?> request) {
    try {
      long moment = open.moment();
      request.run(open.reading());
      // In this order: a failed batch is unavailable before its keys are taken away.
      return !request.reach().meets(shared.notDurable())
          && (request.reach().isOfOneMoment() || open.isStill(moment))
          && shared.open() == open;
    } catch (SQLException | RuntimeException | Error e) {
      return false; // the writer finds out whether it is the request or the database
    }
  }
}
