package io.purpledb.server.wire;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound for memory of one kind over all connections of the process: the heap is the process's, so
 * the bound is too. Thread-safe.
 */
public final class Room {

  private static final int ANSWERS_OF_HEAP = 8;
  private static final int REQUESTS_OF_HEAP = 8;

  /**
   * What answers may fill which wait for their clients: an eighth of the heap, at least what the
   * largest value of a small server takes.
   */
  public static final Room OF_ANSWERS = ofHeap(ANSWERS_OF_HEAP, 8L << 20);

  /**
   * What requests may fill besides their bodies, beyond the little that each connection has: an
   * eighth of the heap for headers, those that are not whole yet and those of requests that are
   * being served, and for what a stream of HTTP/2 takes while it is open.
   */
  public static final Room OF_REQUESTS = ofHeap(REQUESTS_OF_HEAP, 8L << 20);

  private final long maxBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  public Room(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  private static Room ofHeap(int part, long leastBytes) {
    return new Room(Math.max(leastBytes, Runtime.getRuntime().maxMemory() / part));
  }

  public long maxBytes() {
    return maxBytes;
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  /** Whether others are short of room, or soon will be. */
  boolean isCrowded() {
    return usedBytes.get() > maxBytes / 2;
  }

  /**
   * Whether there was room, which is taken then. What is larger than all of it finds room when
   * nothing else has any, so that every value can be read.
   */
  public boolean take(long bytes) {
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

  public void giveBack(long bytes) {
    usedBytes.addAndGet(-bytes);
  }
}
