package io.purpledb.backend.replicated.lead;

import io.purpledb.backend.CannotGoOnError;
import io.purpledb.backend.replicated.files.LogInPlace;
import io.purpledb.backend.replicated.raft.DamageException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;

/**
 * Asks the other members for their time and their room, and hands the lead over while this node's
 * clock is off, its log has no room to grow, or its log is not what it was. Ends the process when
 * Ratis has closed this node's part by itself, as it does after an error: it would answer nothing
 * for good.
 */
public final class LeadWatch {

  private static final Logger LOG = System.getLogger(LeadWatch.class.getName());
  private static final long PERIOD_MILLIS = 2_000;
  private static final long LOG_MILLIS = 1_000;

  /** At rest the others are asked at each sixth look: what they say can hardly have changed. */
  private static final int LOOKS_AT_REST = 6;

  private final PeerClocks clocks;
  private final PeerRooms rooms;
  private final List<RaftPeerId> others;
  private final TermQuestion question;
  private final Leadership leadership;
  private final LeadershipTransfer transfer;
  private final DivisionInfo info;
  private final LogInPlace log;
  private volatile boolean closed;
  private long seenIndex = -1;
  private int looksAtRest;
  private final AtomicLong logChecks = new AtomicLong();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "purple-lead");
            thread.setDaemon(true);
            return thread;
          });

  public LeadWatch(
      PeerClocks clocks,
      PeerRooms rooms,
      List<RaftPeerId> others,
      TermQuestion question,
      Leadership leadership,
      LeadershipTransfer transfer,
      DivisionInfo info,
      LogInPlace log) {
    this.info = info;
    this.log = log;
    this.clocks = clocks;
    this.rooms = rooms;
    this.others = others;
    this.question = question;
    this.leadership = leadership;
    this.transfer = transfer;
  }

  public void start() {
    every(PERIOD_MILLIS, this::look);
    every(LOG_MILLIS, this::checkLog);
  }

  private void every(long millis, Runnable task) {
    var unused = timer.scheduleWithFixedDelay(task, 0, millis, TimeUnit.MILLISECONDS);
  }

  public void close() {
    closed = true;
    timer.shutdownNow();
  }

  /** How often the log was found to be as it should. */
  public long logChecks() {
    return logChecks.get();
  }

  /** Whoever finds the log harmed writes no more to it, and says so until it is started anew. */
  private void checkLog() {
    if (rooms.own().harm() != null || closed) {
      return;
    }
    try {
      log.check();
      logChecks.incrementAndGet();
    } catch (DamageException e) {
      String text =
          "cluster: %s; this member takes no writes any more (expected: what it had there)"
              .formatted(e.getMessage());
      LOG.log(Level.ERROR, text);
      rooms.own().harmed(text);
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "the log is looked at again later", e);
    }
  }

  private void look() {
    try {
      if (!info.isAlive() && !closed) {
        CannotGoOnError.tell(
            new CannotGoOnError(
                "cluster: this node's part in the replicated data has ended by itself", null));
      }
      askOthers();
      boolean off = clocks.notice() != null;
      boolean full = rooms.notice() != null || rooms.own().harm() != null;
      if ((off || full) && leadership.isSelf()) {
        for (RaftPeerId other : others) {
          boolean better = (!off || clocks.isRight(other)) && (!full || rooms.hasRoom(other));
          if (better && transfer.to(other)) {
            return;
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "the others are asked again later", e);
    }
  }

  /** Asks the others for their time and room; at rest, when no write was applied, not each time. */
  private void askOthers() {
    long index = info.getLastAppliedIndex();
    looksAtRest = index == seenIndex ? looksAtRest + 1 : 0;
    seenIndex = index;
    if (looksAtRest % LOOKS_AT_REST == 0) {
      for (RaftPeerId other : others) {
        var unused = question.ask(other).exceptionally(away -> null);
      }
    }
  }
}
