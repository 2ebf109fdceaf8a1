package io.purpledb.backend.replicated.write;

import io.purpledb.backend.replicated.wire.EngineWire;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.memory.MemoryState.Evicted;
import io.purpledb.engine.memory.MemoryState.Eviction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the cache has no more than its room: the leader says which entries go, by what
 * was read of it, and they go on all nodes by the same entry of the log. Until that is applied the
 * cache has more, by the writes that were on their way meanwhile.
 */
public final class Evictor {

  private static final int AT_ONCE = 1_000;

  /** How many of these are on their way together: with each batch as many come as waited. */
  private static final int MOST_STEPS = 16;

  /** What their names may have, in bytes: an entry of the log may be small where values are. */
  private static final int NAMES_BYTES = 64 << 10;

  /** What is free afterwards, in bytes, so that not each write is followed by an eviction. */
  private static final long SPARE_BYTES = 64 << 10;

  /** Not on the thread that applies the log, nor on one that has an answer of another. */
  private static final Executor NEXT = after(1);

  /** There was no majority for it, or no room on its way. */
  private static final Executor LATER = after(500);

  private final LeaderRequests requests;
  private final BooleanSupplier leads;
  private final Supplier<MemoryState> entries;
  private final AtomicBoolean isOnWay = new AtomicBoolean();

  /**
   * @param leads whether this node leads, and goes on
   * @param entries the copy of this node
   */
  public Evictor(LeaderRequests requests, BooleanSupplier leads, Supplier<MemoryState> entries) {
    this.requests = requests;
    this.leads = leads;
    this.entries = entries;
  }

  /** There may be too much now, or this node may lead now. Cheap: the work is done elsewhere. */
  public void look() {
    look(NEXT);
  }

  private void look(Executor executor) {
    if (entries.get().isOverRoom() && leads.getAsBoolean() && isOnWay.compareAndSet(false, true)) {
      executor.execute(this::evict);
    }
  }

  private void evict() {
    try {
      List<CompletableFuture<ByteString>> steps = new ArrayList<>();
      long spareBytes = SPARE_BYTES;
      do {
        Eviction next = fitting(entries.get().nextEviction(AT_ONCE, spareBytes));
        if (next.entries().isEmpty()) {
          break;
        }
        spareBytes -= next.bytes();
        steps.add(requests.sendFirst(EngineWire.evict(next.entries())));
      } while (steps.size() < MOST_STEPS);
      if (steps.isEmpty()) {
        again(NEXT);
      } else {
        var unused =
            CompletableFuture.allOf(steps.toArray(CompletableFuture<?>[]::new))
                .whenComplete(this::evicted);
      }
    } catch (RuntimeException | Error e) { // else nothing would ever be evicted again
      isOnWay.set(false);
      throw e;
    }
  }

  /** The first of them, one at least. */
  private static Eviction fitting(Eviction chosen) {
    List<Evicted> entries = chosen.entries();
    int bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      bytes += entries.get(i).key().name().getBytes(StandardCharsets.UTF_8).length;
      if (bytes > NAMES_BYTES && i > 0) {
        return new Eviction(entries.subList(0, i), chosen.bytes() * i / entries.size());
      }
    }
    return chosen;
  }

  private void evicted(@Nullable Void done, @Nullable Throwable failure) {
    again(failure == null ? NEXT : LATER);
  }

  private void again(Executor executor) {
    isOnWay.set(false);
    look(executor);
  }

  private static Executor after(long millis) {
    return CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
  }
}
