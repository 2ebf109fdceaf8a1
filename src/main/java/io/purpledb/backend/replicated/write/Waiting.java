package io.purpledb.backend.replicated.write;

import io.purpledb.backend.replicated.lead.Leadership;
import io.purpledb.backend.replicated.raft.RaftSettings;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/** A request of this node, until it is answered. Safe for use by many threads. */
final class Waiting {

  /** If there is a majority it has a leader by then, though a first election may fail. */
  private static final long PATIENCE_MILLIS = 3L * RaftSettings.ELECTION_MAX_MILLIS;

  final CompletableFuture<ByteString> answer = new CompletableFuture<>();
  final ByteString content;
  private final Call call;
  private volatile boolean sent;

  /** So long before its time is up that who waits for a leader is told so. */
  private final long giveUpNanos;

  /**
   * @param call what it is part of; after its deadline it is not begun
   */
  Waiting(ByteString content, Call call, long timeoutMillis) {
    this.content = content;
    this.call = call;
    this.giveUpNanos =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis - timeoutMillis / 10);
    answer.orTimeout(timeoutMillis, TimeUnit.MILLISECONDS);
  }

  /** Whether anybody waits for it; who does so no longer is told. */
  boolean isOpen() {
    if (call.isOver() && !answer.isDone()) {
      String outcome = sent ? Outcome.UNKNOWN : "; nothing was sent";
      answer.completeExceptionally(
          Failure.timedOut("cluster: no answer before the deadline" + outcome));
    }
    return !answer.isDone();
  }

  /** Whether it waits for a leader; who waits in vain is told. */
  boolean waitsFor(Leadership leadership) {
    long millis = leadership.leaderlessMillis();
    if (!isOpen()) {
      return false;
    }
    if (leadership.isClosed()) {
      answer.completeExceptionally(Failure.unavailable("cluster: this node is leaving"));
    } else if (millis > PATIENCE_MILLIS || System.nanoTime() - giveUpNanos > 0) {
      answer.completeExceptionally(
          Failure.unavailable(
              "cluster: no leader for %d ms (expected: a majority of the members within reach)"
                  .formatted(millis)));
    }
    return !answer.isDone();
  }

  /** It is on its way, or is known not to be done. */
  void sent(boolean isSent) {
    sent = isSent;
  }
}
