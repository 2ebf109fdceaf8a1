package io.purpledb.message;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The large answers of both protocols that wait for their turn to be made and written. What a
 * backend has read for them stays in memory until then, so a backend that makes copies reads no
 * more while they are many. The heap is the process's, so the bound is too. Thread-safe.
 */
public final class WaitingAnswers {

  private static final int SHARE_OF_HEAP = 16;

  /** A sixteenth of the heap. */
  public static final WaitingAnswers OF_PROCESS =
      new WaitingAnswers(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);

  private final long enoughBytes;
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param enoughBytes when so many wait, or more, no more should be read
   */
  WaitingAnswers(long enoughBytes) {
    this.enoughBytes = enoughBytes;
  }

  /** More wait, in bytes. */
  public void add(long more) {
    bytes.addAndGet(more);
  }

  /** So many bytes wait no longer. */
  public void remove(long fewer) {
    long left = bytes.addAndGet(-fewer);
    if (left < enoughBytes && left + fewer >= enoughBytes) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /** How many bytes wait. */
  public long bytes() {
    return bytes.get();
  }

  /** Whether no more should be read now. */
  public boolean isEnough() {
    return bytes.get() >= enoughBytes;
  }

  /**
   * Waits while there are enough, but not longer than a time, as an event loop may hang. Not for
   * event loops.
   */
  public void awaitFewer(long millis) {
    if (!isEnough()) {
      return;
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      synchronized (this) {
        long left = end - System.nanoTime();
        while (isEnough() && left > 0) {
          TimeUnit.NANOSECONDS.timedWait(this, left);
          left = end - System.nanoTime();
        }
      }
    } catch (InterruptedException e) {
      return; // nobody means to interrupt a backend's threads
    }
  }
}
