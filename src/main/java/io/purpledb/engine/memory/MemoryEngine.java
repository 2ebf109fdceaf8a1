package io.purpledb.engine.memory;

import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.Page;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.engine.support.WatchStream;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Entries in the memory of the process: a {@link MemoryState} at the time of a clock. */
public final class MemoryEngine implements Engine {

  /** Made ahead, as it is the same for all. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could be wrong
  private static final Failure LATE = Failure.timedOut("the deadline was over before it was begun");

  private static final int SWEPT_AT_ONCE = 1_000;
  private static final int EVICTED_AT_ONCE = 1_000;

  /** Who writes waits for so many steps; what is left goes beside it. */
  private static final int EVICTIONS_OF_A_WRITE = 10;

  private static final long EVICT_ON_MILLIS = 1;

  /** When more is due than one step frees. */
  private static final long SWEEP_ON_MILLIS = 1;

  private static final long SWEEP_MIN_MILLIS = 50;
  private static final long SWEEP_MAX_MILLIS = 1_000;
  private static final long HISTORY_PART = 64;

  private final ChangeLog log = new ChangeLog(Runtime.getRuntime().maxMemory() / HISTORY_PART);
  private final MemoryState state;
  private final Vertx vertx;
  private final InstantSource clock;
  private final AtomicBoolean isSweeping = new AtomicBoolean();
  private final AtomicBoolean isEvicting = new AtomicBoolean();
  private volatile boolean isClosed;

  /**
   * @param clock tells when entries expire
   * @param room takes what a change needs of the heap, in bytes, or fails; negative gives back
   * @param evictable which entries have a room of their own, and are evicted where it is too small
   */
  public MemoryEngine(
      Vertx vertx, InstantSource clock, LongConsumer room, EvictableEntries evictable) {
    this.vertx = vertx;
    this.clock = clock;
    this.state = new MemoryState(log, room, evictable);
  }

  @Override
  public Future<List<@Nullable Entry>> read(Call call, List<Key> keys) {
    return answer(
        call,
        () ->
            keys.size() == 1
                ? Collections.singletonList(state.get(keys.get(0), clock))
                : state.read(keys, clock));
  }

  @Override
  public Future<@Nullable Entry> get(Call call, Key key) {
    return call.isOver()
        ? Future.failedFuture(LATE)
        : Future.succeededFuture(state.get(key, clock));
  }

  @Override
  public Future<Committed> commit(Call call, Commit commit) {
    return answer(
        call,
        () -> {
          Committed committed = state.commit(commit, clock);
          evict();
          sweepInTime();
          return committed;
        });
  }

  @Override
  public Future<Page> scan(Call call, Scan scan) {
    return answer(call, () -> state.scan(scan, clock, Long.MAX_VALUE));
  }

  @Override
  public Future<List<Entry>> claim(Call call, Claim claim) {
    return answer(
        call,
        () -> {
          List<Entry> claimed = state.claim(claim, clock, Long.MAX_VALUE);
          evict();
          sweepInTime();
          return claimed;
        });
  }

  @Override
  public ReadStream<Event> watch(Call call, Range range, long after) {
    return new WatchStream(log, range, after == NOW ? log.position() : after, call, vertx);
  }

  @Override
  public Future<Void> health() {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    isClosed = true;
    log.close();
    return Future.succeededFuture();
  }

  /**
   * Whoever makes it too much makes room, by steps: others may come in between. Where there is far
   * too much, as the room has become smaller, an event loop is not to stand still for it.
   */
  private void evict() {
    for (int i = 0; i < EVICTIONS_OF_A_WRITE && state.isOverRoom(); i++) {
      state.evict(EVICTED_AT_ONCE, clock);
    }
    if (state.isOverRoom() && !isClosed && isEvicting.compareAndSet(false, true)) {
      vertx.setTimer(
          EVICT_ON_MILLIS,
          timer -> {
            isEvicting.set(false);
            evict();
          });
    }
  }

  /** Nothing is looked for while nothing expires: that would wake a server at rest. */
  private void sweepInTime() {
    long first = state.firstExpiryMillis();
    if (first == Entry.NEVER || isClosed || !isSweeping.compareAndSet(false, true)) {
      return;
    }
    long left = first - clock.millis();
    long millis =
        left < -SWEEP_MIN_MILLIS
            ? SWEEP_ON_MILLIS
            : Math.max(SWEEP_MIN_MILLIS, Math.min(SWEEP_MAX_MILLIS, left));
    vertx.setTimer(
        millis,
        timer -> {
          isSweeping.set(false);
          state.sweep(clock, SWEPT_AT_ONCE);
          sweepInTime();
        });
  }

  private static <T> Future<T> answer(Call call, Supplier<T> work) {
    if (call.isOver()) {
      return Future.failedFuture(LATE);
    }
    try {
      return Future.succeededFuture(work.get());
    } catch (Failure failure) {
      return Future.failedFuture(failure);
    }
  }
}
