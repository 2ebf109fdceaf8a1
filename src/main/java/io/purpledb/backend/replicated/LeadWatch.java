package io.purpledb.backend.replicated;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Asks the other members for their time and their room, and hands the lead over while this node's
 * clock is off, or its log has no room to grow.
 */
final class LeadWatch {

  private static final Logger LOG = System.getLogger(LeadWatch.class.getName());
  private static final long PERIOD_MILLIS = 2_000;

  private final PeerClocks clocks;
  private final PeerRooms rooms;
  private final List<RaftPeerId> others;
  private final TermQuestion question;
  private final Leadership leadership;
  private final Handover handover;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "purple-lead");
            thread.setDaemon(true);
            return thread;
          });

  LeadWatch(
      PeerClocks clocks,
      PeerRooms rooms,
      List<RaftPeerId> others,
      TermQuestion question,
      Leadership leadership,
      Handover handover) {
    this.clocks = clocks;
    this.rooms = rooms;
    this.others = others;
    this.question = question;
    this.leadership = leadership;
    this.handover = handover;
  }

  void start() {
    if (!others.isEmpty()) {
      var unused =
          timer.scheduleWithFixedDelay(this::look, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  void close() {
    timer.shutdownNow();
  }

  private void look() {
    try {
      for (RaftPeerId other : others) {
        var unused = question.ask(other).exceptionally(away -> null);
      }
      boolean off = clocks.notice() != null;
      boolean full = rooms.notice() != null;
      if ((off || full) && leadership.isSelf()) {
        for (RaftPeerId other : others) {
          boolean better = (!off || clocks.isRight(other)) && (!full || rooms.hasRoom(other));
          if (better && handover.to(other)) {
            return;
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "the others are asked again later", e);
    }
  }
}
