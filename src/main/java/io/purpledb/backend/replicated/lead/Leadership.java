package io.purpledb.backend.replicated.lead;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.jspecify.annotations.Nullable;

/**
 * Who leads, as this node knows it: a leader that a follower does not hear, and a leader that does
 * not hear a majority, is forgotten after an election timeout. Looks when it is told of a new
 * leader and every now and then, logs changes and tells a listener.
 */
public final class Leadership {

  private static final Logger LOG = System.getLogger(Leadership.class.getName());
  private static final long LOOK_MILLIS = 500;

  private final DivisionInfo info;
  private final RaftGroup group;
  private final Consumer<RaftPeerId> onLost;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "purple-leader");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable Future<?> looking;
  private volatile @Nullable RaftPeerId seen;
  private volatile long sinceNanos = System.nanoTime();
  private volatile boolean closed;

  /**
   * @param onLost called with a leader that does not lead any more
   */
  public Leadership(DivisionInfo info, RaftGroup group, Consumer<RaftPeerId> onLost) {
    this.info = info;
    this.group = group;
    this.onLost = onLost;
  }

  public void start() {
    looking = timer.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Looks soon: Ratis says that there is another leader, or none. */
  public void mayHaveChanged() {
    try {
      timer.execute(this::look);
    } catch (RejectedExecutionException leaving) {
      LOG.log(Level.DEBUG, "the leader changed while this node leaves", leaving);
    }
  }

  public void close() {
    closed = true;
    if (looking != null) {
      looking.cancel(false);
    }
    timer.shutdownNow();
  }

  /** The leader, or null when none is known now. */
  public @Nullable RaftPeerId leader() {
    return !closed && info.isAlive() ? info.getLeaderId() : null;
  }

  /** Whether this node is leaving: it will not know a leader again. */
  public boolean isClosed() {
    return closed;
  }

  public boolean isSelf() {
    return info.isLeader();
  }

  /** Whether a leader is known, which serves if it is this node. */
  public boolean isServed() {
    return leader() != null && (!info.isLeader() || info.isLeaderReady());
  }

  /** For how long no leader has been known; 0 when one is. */
  public long leaderlessMillis() {
    return leader() == null && seen == null
        ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos)
        : 0;
  }

  private void look() {
    RaftPeerId before = seen;
    RaftPeerId now = leader();
    if (now == null ? before == null : now.equals(before)) {
      return;
    }
    sinceNanos = System.nanoTime();
    seen = now;
    if (now == null) {
      LOG.log(Level.WARNING, "cluster: no leader, a majority of the members is out of reach");
    } else {
      String which = info.isLeader() ? ", which is this node" : "";
      LOG.log(Level.INFO, "cluster: {0} leads{1}", group.getPeer(now).getAddress(), which);
    }
    if (before != null) {
      onLost.accept(before);
    }
  }
}
