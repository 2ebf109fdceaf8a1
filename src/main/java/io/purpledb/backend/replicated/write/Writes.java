package io.purpledb.backend.replicated.write;

import io.purpledb.backend.replicated.lead.Leadership;
import io.purpledb.backend.replicated.raft.NoRoomException;
import io.purpledb.backend.replicated.raft.Raft;
import io.purpledb.backend.replicated.wire.Batch;
import io.purpledb.backend.replicated.wire.Wire;
import io.purpledb.message.Failure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The writes of this node. One batch is on its way; what comes meanwhile waits and goes as the
 * next, so that under load many writes share one entry of the log, one force on each node and one
 * answer, and a write alone waits for nothing. A batch that no leader answered is sent again with
 * the same number until nobody waits for any of it; the copies do it once ({@link
 * DeduplicationTable}).
 */
final class Writes {

  /** One write alone may have more. */
  static final int BATCH_BYTES = 512 << 10;

  static final int BATCH_WRITES = 1_024;

  /** How many may wait. */
  private static final int MOST_WAITING = 16_384;

  private final Raft raft;
  private final Leadership leadership;
  private final long maxBytes;
  private final OpenWrites open = new OpenWrites();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private @Nullable Flight flight;
  private boolean isStarting;

  /** How many go next: fewer while their replies do not fit into one, else all are sent again. */
  private int most = BATCH_WRITES;

  /**
   * @param maxBytes what waiting writes may have, but for one alone
   */
  Writes(Raft raft, Leadership leadership, long maxBytes) {
    this.raft = raft;
    this.leadership = leadership;
    this.maxBytes = maxBytes;
  }

  /** Sends a write, by itself or with others. */
  void add(Waiting write) {
    boolean waits = enqueue(write);
    start(); // what waits may have been left alone by an error
    if (!waits) {
      write.answer.completeExceptionally(
          Failure.busy("cluster: too many writes wait for the other members"));
    }
  }

  /**
   * Sends what frees memory before all that waits, however much that is: behind it, more would come
   * than it frees.
   */
  void addFirst(Waiting write) {
    synchronized (this) {
      waiting.addFirst(write);
      waitingBytes += write.content.size();
    }
    start();
  }

  private synchronized boolean enqueue(Waiting write) {
    int bytes = write.content.size();
    if (waiting.size() >= MOST_WAITING || (waitingBytes > 0 && waitingBytes + bytes > maxBytes)) {
      return false;
    }
    waiting.add(write);
    waitingBytes += bytes;
    return true;
  }

  /** Sends batches until one is on its way; by a loop, as many may end at once. */
  private void start() {
    synchronized (this) {
      if (flight != null || isStarting) {
        return;
      }
      isStarting = true;
    }
    try {
      for (Flight next = next(); next != null; next = next()) {
        next.begin();
      }
    } catch (Throwable t) { // else nothing would ever be sent again
      synchronized (this) {
        isStarting = false;
      }
      throw t;
    }
  }

  /** Null when there is none to be sent now: then who ends one, or adds to none, starts again. */
  private synchronized @Nullable Flight next() {
    List<Waiting> writes = flight == null ? take() : List.of();
    if (writes.isEmpty()) {
      isStarting = false;
      return null;
    }
    flight = new Flight(writes);
    return flight;
  }

  private List<Waiting> take() {
    List<Waiting> writes = new ArrayList<>();
    long bytes = 0;
    while (!waiting.isEmpty() && writes.size() < most) {
      Waiting first = waiting.getFirst();
      int more = first.content.size();
      if (!writes.isEmpty() && bytes + more > BATCH_BYTES) {
        break;
      }
      waiting.removeFirst();
      waitingBytes -= more;
      if (first.isOpen()) {
        writes.add(first);
        bytes += more;
      }
    }
    return writes;
  }

  private void end(Flight ended) {
    synchronized (this) {
      if (flight == ended) {
        flight = null;
      }
    }
    start();
  }

  /** Some of a batch were not done, and come before those that came later. */
  private synchronized void putBack(List<Waiting> putOff, int done) {
    most = putOff.isEmpty() ? Math.min(BATCH_WRITES, 2 * most) : Math.max(1, done);
    for (int i = putOff.size() - 1; i >= 0; i--) {
      waiting.addFirst(putOff.get(i));
      waitingBytes += putOff.get(i).content.size();
    }
  }

  private synchronized List<Waiting> behind() {
    return List.copyOf(waiting);
  }

  /** A batch on its way. */
  private final class Flight {

    private final long number;
    private final AtomicInteger unanswered;

    /** Those that it was begun with, and from the first sending on those that were sent. */
    private List<Waiting> writes;

    private @Nullable ByteString content;

    Flight(List<Waiting> writes) {
      this.writes = writes;
      this.unanswered = new AtomicInteger(writes.size());
      this.number = open.begin(); // last: what is never ended no node would ever forget
    }

    /** Never throws: nobody would hear it. */
    void begin() {
      try {
        for (Waiting write : writes) {
          var unused = write.answer.whenComplete((reply, failure) -> answered());
        }
        tryLeader();
      } catch (Throwable t) {
        failAll(t);
      }
    }

    private void attempt() {
      try {
        tryLeader();
      } catch (Throwable t) {
        failAll(t);
      }
    }

    private void answered() {
      if (unanswered.decrementAndGet() == 0) {
        over();
      }
    }

    private void over() {
      open.end(number);
      end(this);
    }

    private void tryLeader() {
      RaftPeerId leader = leadership.leader();
      if (leader == null) {
        behind().forEach(write -> write.waitsFor(leadership));
        boolean anyWaits = false;
        for (Waiting write : writes) {
          anyWaits |= write.waitsFor(leadership);
        }
        if (anyWaits) {
          Raft.SOON.execute(this::attempt);
        }
        return;
      }
      ByteString bytes = contentNow();
      if (bytes == null) {
        return;
      }
      var unused =
          raft.send(leader, bytes, true, number)
              .whenComplete(
                  (reply, thrown) -> receive(Raft.SendOutcome.of(leader, number, reply, thrown)));
    }

    /** The same each time once it was sent; null when nobody waits for it. */
    private @Nullable ByteString contentNow() {
      boolean anyWaits = false;
      List<Waiting> stillOpen = new ArrayList<>(writes.size());
      for (Waiting write : writes) {
        if (write.isOpen()) {
          anyWaits = true;
          stillOpen.add(write);
        }
      }
      if (!anyWaits) {
        return null;
      }
      if (content == null) {
        writes = stillOpen;
        content = Batch.bytes(open.oldest(), writes.stream().map(write -> write.content).toList());
      }
      writes.forEach(write -> write.sent(true));
      return content;
    }

    private void receive(Raft.SendOutcome outcome) {
      try {
        received(outcome);
      } catch (Throwable t) {
        failAll(t);
      }
    }

    private void received(Raft.SendOutcome outcome) {
      ByteString reply = outcome.reply();
      if (reply != null) {
        replied(Batch.replies(reply, writes.size()));
        return;
      }
      Throwable refusal = outcome.refusal();
      if (refusal == null) {
        Raft.SOON.execute(this::attempt);
      } else if (refusal instanceof StateMachineException
          && refusal.getCause() instanceof NoRoomException full) {
        for (int i = 0; i < writes.size(); i++) {
          writes
              .get(i)
              .answer
              .completeExceptionally(Failure.storageFull(full.text(i, writes.size())));
        }
      } else {
        failAll(refusal);
      }
    }

    private void replied(List<ByteString> replies) {
      List<Waiting> putOff = new ArrayList<>();
      for (int i = 0; i < writes.size(); i++) {
        if (replies.get(i).equals(Wire.LATER)) {
          writes.get(i).sent(false);
          putOff.add(writes.get(i));
        } else {
          writes.get(i).answer.complete(replies.get(i));
        }
      }
      putBack(putOff, writes.size() - putOff.size());
      if (!putOff.isEmpty()) {
        writes = List.of(); // the answers of those put off refer to this, as long as they wait
        content = null;
        over();
      }
    }

    private void failAll(Throwable cause) {
      try {
        writes.forEach(write -> write.answer.completeExceptionally(cause));
      } finally {
        over(); // of an error not all may have been counted
      }
    }
  }
}
