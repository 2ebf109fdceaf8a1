package io.purpledb.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that answers may fill which wait for their clients, over all connections of the
 * process: the heap is the process's, so the bound is too. Thread-safe.
 */
public final class AnswerRoom {

  private static final int SHARE_OF_HEAP = 8;

  /** An eighth of the heap, at least what the largest value of a small server takes. */
  public static final AnswerRoom OF_PROCESS =
      new AnswerRoom(Math.max(8L << 20, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));

  private final long maxBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  public AnswerRoom(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  public long maxBytes() {
    return maxBytes;
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  /**
   * Whether there was room, which is taken then. An answer that is larger than all of it finds room
   * when nothing else has any, so that every value can be read.
   */
  boolean take(long bytes) {
    while (true) {
      long used = usedBytes.get();
      if (used > 0 && used + bytes > maxBytes) {
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
}
