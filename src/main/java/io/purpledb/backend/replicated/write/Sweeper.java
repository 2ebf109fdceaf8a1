package io.purpledb.backend.replicated.write;

import io.purpledb.backend.replicated.wire.EngineWire;
import io.purpledb.engine.entry.Entry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Sees to it that entries whose time is over are freed: on all nodes by the same entry of the log,
 * as others are told of it at a position. The leader looks, and only while there is what expires.
 */
public final class Sweeper {

  /** How many are freed in one step. */
  public static final int AT_ONCE = 1_000;

  /** When more is due than one step frees. */
  private static final long ON_MILLIS = 1;

  private static final long MIN_MILLIS = 50;
  private static final long MAX_MILLIS = 1_000;

  private final LeaderRequests requests;
  private final BooleanSupplier leads;
  private final LongSupplier firstExpiryMillis;
  private final LongSupplier nowMillis;
  private final AtomicBoolean isSet = new AtomicBoolean();

  /**
   * @param leads whether this node leads, and goes on
   * @param firstExpiryMillis when the first entry expires, in milliseconds since 1970
   * @param nowMillis the time of the cluster
   */
  public Sweeper(
      LeaderRequests requests,
      BooleanSupplier leads,
      LongSupplier firstExpiryMillis,
      LongSupplier nowMillis) {
    this.requests = requests;
    this.leads = leads;
    this.firstExpiryMillis = firstExpiryMillis;
    this.nowMillis = nowMillis;
  }

  /** Something may expire now that did not, or this node may lead now. */
  public void look() {
    long first = firstExpiryMillis.getAsLong();
    if (first == Entry.NEVER || !leads.getAsBoolean() || !isSet.compareAndSet(false, true)) {
      return;
    }
    long left = first - nowMillis.getAsLong();
    long millis = left < -MIN_MILLIS ? ON_MILLIS : Math.max(MIN_MILLIS, Math.min(MAX_MILLIS, left));
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(this::sweep);
  }

  private void sweep() {
    try {
      trySweep();
    } catch (RuntimeException | Error e) { // else nothing would ever be freed again
      isSet.set(false);
      throw e;
    }
  }

  private void trySweep() {
    if (leads.getAsBoolean() && firstExpiryMillis.getAsLong() <= nowMillis.getAsLong()) {
      var unused =
          requests
              .sendFirst(EngineWire.sweep())
              .whenComplete((reply, failure) -> again(failure != null));
    } else {
      again(false);
    }
  }

  /** What has failed is not tried at once: the log may have no room, or no majority. */
  private void again(boolean hasFailed) {
    if (hasFailed) {
      CompletableFuture.delayedExecutor(MAX_MILLIS, TimeUnit.MILLISECONDS)
          .execute(() -> again(false));
      return;
    }
    isSet.set(false);
    look();
  }
}
