package io.purpledb.backend.replicated.write;

import io.purpledb.backend.replicated.lead.Leadership;
import io.purpledb.backend.replicated.raft.Raft;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Brings requests to the leader. A request that a leader did not answer is sent again, to the next
 * leader, until its time is up. Writes go together ({@link Writes}), reads each by itself.
 */
public final class LeaderRequests {

  private final Raft raft;
  private final Leadership leadership;
  private final Writes writes;
  private final long timeoutMillis;

  /**
   * @param maxBytes what writes that wait may have, in bytes
   */
  public LeaderRequests(Raft raft, Leadership leadership, long timeoutMillis, long maxBytes) {
    this.raft = raft;
    this.leadership = leadership;
    this.timeoutMillis = timeoutMillis;
    this.writes = new Writes(raft, leadership, maxBytes);
  }

  /**
   * Sends a request; the future fails with {@link Failure} or with a defect.
   *
   * @param call what it is part of; after its deadline it is not begun
   */
  public CompletableFuture<ByteString> send(ByteString request, boolean write, Call call) {
    Waiting waiting = new Waiting(request, call, timeoutMillis);
    if (write) {
      writes.add(waiting);
    } else {
      new Read(waiting).attempt();
    }
    return waiting.answer;
  }

  /** Sends a write that frees memory, before all others and however many wait. */
  CompletableFuture<ByteString> sendFirst(ByteString request) {
    Waiting waiting = new Waiting(request, Call.NOTHING, timeoutMillis);
    writes.addFirst(waiting);
    return waiting.answer;
  }

  /** A read on its way. */
  private final class Read {

    private final Waiting waiting;
    private final long number = CallId.getAndIncrement();

    Read(Waiting waiting) {
      this.waiting = waiting;
    }

    /** Never throws: nobody would hear it. */
    void attempt() {
      try {
        tryLeader();
      } catch (Throwable t) {
        waiting.answer.completeExceptionally(t);
      }
    }

    private void tryLeader() {
      if (!waiting.isOpen()) {
        return;
      }
      RaftPeerId leader = leadership.leader();
      if (leader == null) {
        if (waiting.waitsFor(leadership)) {
          Raft.SOON.execute(this::attempt);
        }
        return;
      }
      waiting.sent(true);
      var unused =
          raft.send(leader, waiting.content, false, number)
              .whenComplete(
                  (reply, thrown) -> receive(Raft.SendOutcome.of(leader, number, reply, thrown)));
    }

    private void receive(Raft.SendOutcome outcome) {
      try {
        ByteString reply = outcome.reply();
        Throwable refusal = outcome.refusal();
        if (reply != null) {
          waiting.answer.complete(reply);
        } else if (refusal == null || isOfAnother(refusal)) {
          Raft.SOON.execute(this::attempt);
        } else {
          waiting.answer.completeExceptionally(refusal);
        }
      } catch (Throwable t) {
        waiting.answer.completeExceptionally(t);
      }
    }

    /** A leader that cannot confirm that it leads fails so; there will be another. */
    private boolean isOfAnother(@Nullable Throwable refusal) {
      return refusal instanceof StateMachineException;
    }
  }
}
