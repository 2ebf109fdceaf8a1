package io.purpledb.backend.replicated;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;

/** Asks the other members for their time, and hands the lead over while this node's is off. */
final class ClockWatch {

  private static final Logger LOG = System.getLogger(ClockWatch.class.getName());
  private static final long PERIOD_MILLIS = 2_000;

  private final PeerClocks clocks;
  private final List<RaftPeerId> others;
  private final TermQuestion question;
  private final Leadership leadership;
  private final Handover handover;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "purple-clock");
            thread.setDaemon(true);
            return thread;
          });

  ClockWatch(
      PeerClocks clocks,
      List<RaftPeerId> others,
      TermQuestion question,
      Leadership leadership,
      Handover handover) {
    this.clocks = clocks;
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
      if (clocks.notice() != null && leadership.isSelf()) {
        for (RaftPeerId other : others) {
          if (clocks.isRight(other) && handover.to(other)) {
            return;
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "the clocks are compared again later", e);
    }
  }
}
