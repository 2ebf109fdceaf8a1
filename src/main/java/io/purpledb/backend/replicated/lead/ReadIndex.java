package io.purpledb.backend.replicated.lead;

import io.purpledb.backend.replicated.raft.RaftSettings;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.jspecify.annotations.Nullable;

/**
 * Confirms that this node still leads, so that what it has is what was acknowledged last. A
 * majority is asked for its term after the question came: had another node been elected before, one
 * of them would know its higher term.
 *
 * <p>Ratis' own linearizable reads ask only once per commit index (ReadIndexHeartbeats), so a
 * leader that is cut off answers them until it steps down, while the others already have a new one.
 *
 * <p>Questions that come while a round is under way wait for the next; each member is asked one
 * thing at a time.
 */
public final class ReadIndex {

  private static final long NO_TERM = -1;

  private final DivisionInfo info;
  private final Function<RaftPeerId, CompletableFuture<Long>> askTerm;
  private final List<Peer> peers;
  private @Nullable Round current;
  private @Nullable Round next;

  /**
   * @param others the other members
   * @param askTerm asks one of them for its term
   */
  public ReadIndex(
      DivisionInfo info,
      List<RaftPeerId> others,
      Function<RaftPeerId, CompletableFuture<Long>> askTerm) {
    this.info = info;
    this.askTerm = askTerm;
    this.peers = others.stream().map(Peer::new).toList();
  }

  /** Completes when this node led at a moment after the call; fails when that is not known. */
  public CompletableFuture<Void> confirm() {
    CompletableFuture<Void> answer;
    synchronized (this) {
      if (next == null) {
        next = new Round();
      }
      answer = next.answer;
    }
    begin();
    return answer;
  }

  private void begin() {
    Round round;
    synchronized (this) {
      if (current != null || next == null) {
        return;
      }
      round = next;
      current = round;
      next = null;
    }
    var unused = round.answer.whenComplete((ok, failure) -> end(round));
    try {
      round.start();
    } catch (Throwable t) { // it may have no end of its own yet
      round.answer.completeExceptionally(t);
    }
  }

  private void end(Round round) {
    synchronized (this) {
      if (current == round) {
        current = null;
      }
    }
    begin();
  }

  /** The term that this node leads in and has served in; none when it does not. */
  private long leadingTerm() {
    long term = info.getCurrentTerm();
    return info.isLeader() && info.isLeaderReady() && info.getCurrentTerm() == term
        ? term
        : NO_TERM;
  }

  /** One question to all, for all who wait for it. */
  private final class Round {

    final CompletableFuture<Void> answer = new CompletableFuture<>();
    private long term = NO_TERM;
    private int confirmed;

    void start() {
      answer.orTimeout(RaftSettings.ELECTION_MAX_MILLIS, TimeUnit.MILLISECONDS);
      term = leadingTerm();
      confirmed(term);
      peers.forEach(peer -> peer.ask(this));
    }

    /** Counts a member, this node first, that knows of no later leader. */
    synchronized void confirmed(long termOfMember) {
      if (term == NO_TERM || termOfMember > term) {
        refuse();
      } else if (++confirmed > (peers.size() + 1) / 2) {
        if (leadingTerm() == term) {
          answer.complete(null);
        } else {
          refuse();
        }
      }
    }

    private void refuse() {
      answer.completeExceptionally(new IOException("this node does not lead any more"));
    }
  }

  /** Another member, which is asked by one round at a time. */
  private final class Peer {

    private final RaftPeerId id;
    private boolean asked;

    Peer(RaftPeerId id) {
      this.id = id;
    }

    void ask(Round round) {
      synchronized (this) {
        if (asked || round.answer.isDone()) {
          return;
        }
        asked = true;
      }
      try {
        var unused =
            askTerm.apply(id).exceptionally(x -> null).thenAccept(term -> answered(round, term));
      } catch (Throwable t) { // else it would never be asked again
        answered(round, null);
        throw t;
      }
    }

    /** No answer is null. A late one does not count for a round that began after its question. */
    private void answered(Round round, @Nullable Long term) {
      synchronized (this) {
        asked = false;
      }
      if (term != null) {
        round.confirmed(term);
        Round now = current();
        if (now != null && now != round) {
          ask(now);
        }
      }
    }
  }

  private synchronized @Nullable Round current() {
    return current;
  }
}
