package io.purpledb.backend.memory;

import io.purpledb.message.Failure;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the data in memory takes of the heap, and has a bound for it. The cache, which may
 * forget, has what the others leave. Safe for use by many threads; a reservation is one atomic
 * step, so that together they never go beyond the bound.
 */
public final class MemoryBudget {

  /** A cache that is let grow or made to shrink by steps, not with each write. */
  private static final int STEPS = 32;

  /** The room of the cache; what has none any more goes with the next change. */
  interface CacheShare {

    void resize(long bytes);
  }

  private final long limit;
  private final boolean refuses;
  private final long cacheWish;
  private final CacheShare cache;
  private final AtomicLong used = new AtomicLong();
  private volatile long cacheRoom;

  /**
   * @param limit the bound, in bytes
   * @param refuses whether a write beyond the bound fails; else it is only counted
   * @param cacheWish the room of the cache while there is enough, in bytes
   * @param cache is told how much room it has
   */
  MemoryBudget(long limit, boolean refuses, long cacheWish, CacheShare cache) {
    this.limit = limit;
    this.refuses = refuses;
    this.cacheWish = Math.min(cacheWish, limit);
    this.cache = cache;
    this.cacheRoom = this.cacheWish;
    cache.resize(cacheRoom);
  }

  /** What all but the cache take now, in bytes. */
  public long used() {
    return used.get();
  }

  public long limit() {
    return limit;
  }

  /**
   * Counts a change. What frees always succeeds.
   *
   * @param bytes how many more; negative when they are fewer
   * @throws Failure storage full, and nothing is counted
   */
  void add(long bytes) {
    if (bytes <= 0 || !refuses) {
      fitCache(used.addAndGet(bytes));
      return;
    }
    long before = used.get();
    while (true) {
      if (bytes > limit - before) {
        throw full(bytes, before);
      }
      long found = used.compareAndExchange(before, before + bytes);
      if (found == before) {
        fitCache(before + bytes);
        return;
      }
      before = found;
    }
  }

  /**
   * Fails as storage full when so much more would be beyond the bound.
   *
   * @param promised what is not counted yet, but will be, in bytes
   */
  void require(long bytes, long promised) {
    long taken = used.get() + promised;
    if (bytes > 0 && bytes > limit - taken) {
      throw full(bytes, taken);
    }
  }

  /** What to say when there is hardly room for more; null when there is. */
  @Nullable String notice() {
    long now = used.get();
    return now <= limit - limit / STEPS
        ? null
        : "memory: %d of %d bytes of memory-budget are in use; writes that need more are refused"
            .formatted(now, limit);
  }

  private Failure full(long bytes, long before) {
    return Failure.storageFull(
        "memory: %d of %d bytes are in use, this write needs %d more"
                .formatted(before, limit, bytes)
            + " (expected: within memory-budget; reads, deletes and writes that need no more go on)");
  }

  private void fitCache(long usedNow) {
    long step = limit / STEPS;
    long free = Math.max(0, limit - usedNow);
    long room = cacheRoom;
    if (room > free || (room < cacheWish && Math.min(free, cacheWish) - room >= 2 * step)) {
      resizeCache(step);
    }
  }

  private synchronized void resizeCache(long step) {
    long free = Math.max(0, limit - used.get());
    long room =
        free >= cacheWish + step ? cacheWish : Math.max(0, Math.min(cacheWish, free - step));
    if (room != cacheRoom) {
      cacheRoom = room;
      cache.resize(room);
    }
  }
}
