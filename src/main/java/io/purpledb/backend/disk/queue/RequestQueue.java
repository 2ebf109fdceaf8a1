package io.purpledb.backend.disk.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A bounded queue from which one thread takes all that waits, up to a batch. */
final class RequestQueue {

  private static final int BATCH_REQUESTS = 512;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Request<?>> waiting = new ArrayDeque<>();
  private final int capacity;
  private final long batchBytes;
  private boolean stopped;

  /**
   * @param capacity how many may wait
   * @param batchBytes how much is taken at once; one request alone may be more
   */
  RequestQueue(int capacity, long batchBytes) {
    this.capacity = capacity;
    this.batchBytes = batchBytes;
  }

  /** How much is taken at once. */
  long batchBytes() {
    return batchBytes;
  }

  /** Whether there was room. */
  boolean offer(Request<?> request) {
    lock.lock();
    try {
      if (waiting.size() >= capacity) {
        return false;
      }
      waiting.add(request);
      arrived.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Puts requests back that were taken, before all that wait. */
  void putBack(List<Request<?>> requests) {
    lock.lock();
    try {
      for (int i = requests.size() - 1; i >= 0; i--) {
        waiting.addFirst(requests.get(i));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes a request back; false when it was taken already. */
  boolean remove(Request<?> request) {
    lock.lock();
    try {
      return waiting.remove(request);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a request and takes what is there.
   *
   * @param millis how long to wait, 0 not to
   * @return the oldest requests in their order; none when the time is over or {@link #stop} called
   */
  List<Request<?>> next(long millis) {
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
      while (waiting.isEmpty() && !stopped && nanos > 0) {
        nanos = arrived.awaitNanos(nanos);
      }
      return take();
    } catch (InterruptedException e) {
      return List.of(); // nobody means to interrupt the database's threads
    } finally {
      lock.unlock();
    }
  }

  /** Lets {@link #next} wait no more; what waits can still be taken. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the queue was stopped. */
  boolean stopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the queue is stopped, but not longer than a time. */
  void awaitStop(long millis) {
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!stopped && nanos > 0) {
        nanos = arrived.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      return; // as above
    } finally {
      lock.unlock();
    }
  }

  private List<Request<?>> take() {
    List<Request<?>> taken = new ArrayList<>();
    long bytes = 0;
    while (!waiting.isEmpty() && taken.size() < BATCH_REQUESTS && bytes < batchBytes) {
      Request<?> request = waiting.remove();
      bytes += request.bytes();
      taken.add(request);
    }
    return taken;
  }
}
