package io.purpledb.backend.redis.engine;

import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds the position from which on somebody watches who does not wait to be told it: that of the
 * server when it is asked a little later, unless a change of this process was made meanwhile.
 * Thread-safe.
 */
final class Positions {

  private final Set<AtomicLong> sought = new CopyOnWriteArraySet<>();

  /** Begins now; the number is the least position before a change that was made since then. */
  AtomicLong seek() {
    AtomicLong least = new AtomicLong(Long.MAX_VALUE);
    sought.add(least);
    return least;
  }

  void found(AtomicLong least) {
    sought.remove(least);
  }

  /** Changes of this process were made behind a position. */
  void changedAfter(long position) {
    for (AtomicLong least : sought) {
      least.accumulateAndGet(position, Math::min);
    }
  }
}
