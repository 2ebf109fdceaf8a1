package io.purpledb.backend.redis.resp;

import io.purpledb.message.Failure;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of replies that are being read, of each and of all connections together: what is
 * in Redis others may have put there, of any size. The heap is the process's, so the bound is too.
 * Thread-safe.
 */
public final class ReplyRoom {

  private static final int SHARE_OF_HEAP = 8;

  /** What the largest value takes of the heap beyond what a server needs: README has the rule. */
  private static final int SHARE_OF_REST = 5;

  private static final long SERVER_BYTES = 64L << 20;

  private final long maxBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  public ReplyRoom(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * An eighth of the heap, or what the largest {@code max-value-bytes} is that it is enough for.
   */
  public static ReplyRoom ofHeap(long heapBytes) {
    long largestValue = (heapBytes - SERVER_BYTES) / SHARE_OF_REST;
    return new ReplyRoom(Math.max(heapBytes / SHARE_OF_HEAP, largestValue));
  }

  /** Whether there was room, which is taken then. */
  boolean take(long bytes) {
    while (true) {
      long used = usedBytes.get();
      if (bytes > maxBytes - used) {
        return false;
      }
      if (usedBytes.compareAndSet(used, used + bytes)) {
        return true;
      }
    }
  }

  void giveBack(long bytes) {
    usedBytes.addAndGet(-bytes);
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  /**
   * Why a reply was not kept: it never can be, or not while others are being read. Its command was
   * executed in either case.
   */
  Failure refusal(long bytes) {
    return bytes > maxBytes
        ? new Failure(
            Failure.Kind.ANSWER_TOO_LARGE,
            "redis: a reply of %d bytes (expected: at most %d with this heap); what was asked for is done"
                .formatted(bytes, maxBytes))
        : new Failure(
            Failure.Kind.ANSWER_DROPPED,
            "redis: a reply of %d bytes, while others are being read (expected: at most %d in all); what was asked for is done"
                .formatted(bytes, maxBytes));
  }
}
