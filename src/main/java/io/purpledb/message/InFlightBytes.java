package io.purpledb.message;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes of all requests that this process reads and answers: over HTTP, gRPC, the event
 * bus and all event loops, and has a bound for them. Room is taken by bytes that are there. What is
 * only announced may have room promised, so that a request which begins is likely to end; but
 * promises have three quarters at most, and none are given for a while when one was not kept: who
 * announces and sends nothing keeps nobody out. Nothing waits for room: what finds none is refused.
 * Safe for use by many threads.
 */
public final class InFlightBytes implements Shareable {

  /** What promises leave free, and what others may have beside a request larger than all. */
  private static final int QUARTER = 4;

  /** A request larger than all of the room has so little of it before it is its turn. */
  private static final int FREE_OF_TURN = 16;

  private static final long DISTRUST_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final long limit;
  private final AtomicLong there = new AtomicLong();
  private final AtomicLong promised = new AtomicLong();

  /** The one request larger than all of the room that goes on: two would refuse each other. */
  private final AtomicReference<@Nullable Held> turn = new AtomicReference<>();

  private volatile long distrustUntil = System.nanoTime();

  public InFlightBytes(long limit) {
    this.limit = limit;
  }

  /** The counter that all of a server share, with the bound that it gets first. */
  public static InFlightBytes of(Vertx vertx, long limit) {
    LocalMap<String, InFlightBytes> shared = vertx.sharedData().getLocalMap("purple.in-flight");
    return shared.computeIfAbsent("bytes", name -> new InFlightBytes(limit));
  }

  /** What all requests have now, in bytes, and what is promised to them. */
  public long used() {
    return there.get() + promised.get();
  }

  /** The bytes of one request, none yet. To be used by one thread. */
  public Held hold() {
    return new Held();
  }

  private boolean isDistrustful() {
    return System.nanoTime() - distrustUntil < 0;
  }

  /** What one request has, until it is released. */
  public final class Held {

    private long bytes;
    private long promise;
    private long announced;
    private boolean released;

    private Held() {}

    /**
     * Says how many bytes will come, before the first; no room is taken, but some may be promised.
     *
     * @return false when there is none for them now
     */
    public boolean announce(long all) {
      if (!expect(all)) {
        return false;
      }
      long before = promised.get();
      while (all <= limit && all <= limit - there.get() - before) {
        if (all > limit - limit / QUARTER - before || isDistrustful()) {
          return true;
        }
        long found = promised.compareAndExchange(before, before + all);
        if (found == before) {
          promise = all;
          return true;
        }
        before = found;
      }
      return all > limit;
    }

    /**
     * The same without a promise.
     *
     * @return false when so many find room only when it is their turn, and it is another's
     */
    public boolean expect(long all) {
      announced = all;
      Held other = turn.get();
      boolean ours = other == null || other == this;
      return all <= limit || (ours && there.get() <= limit / QUARTER);
    }

    /** Takes so many more; false, and none are taken, when they are beyond the bound. */
    public boolean grow(long more) {
      if (released || !mayHave(bytes + more)) {
        return false;
      }
      long kept = Math.min(more, promise);
      if (!reserve(more, kept)) {
        return false;
      }
      promised.addAndGet(-kept);
      promise -= kept;
      bytes += more;
      return true;
    }

    private boolean mayHave(long all) {
      return announced <= limit
          || all <= limit / FREE_OF_TURN
          || turn.get() == this
          || turn.compareAndSet(null, this);
    }

    /** One that is alone is let in whatever its size, or it would never be. */
    private boolean reserve(long more, long kept) {
      long before = there.get();
      while (fits(before, more, kept)) {
        long found = there.compareAndExchange(before, before + more);
        if (found == before) {
          return true;
        }
        before = found;
      }
      return false;
    }

    private boolean fits(long before, long more, long kept) {
      long others = before - bytes;
      long silent = promised.get() - kept;
      return more <= limit - before - silent
          || (others == 0 && silent == 0)
          || (turn.get() == this && others <= limit / QUARTER);
    }

    /** Whether it is larger than all of the room. */
    public boolean isOversize() {
      return announced > limit;
    }

    /** Whether others are short of room, or will be because of this one. */
    public boolean isCrowded() {
      return there.get() > limit / 2 || turn.get() == this;
    }

    /** Takes back what was promised to a request that does not come. */
    public void breakPromise() {
      if (promise > 0) {
        distrustUntil = System.nanoTime() + DISTRUST_NANOS;
        promised.addAndGet(-promise);
        promise = 0;
      }
    }

    /** How many it has. */
    public long bytes() {
      return bytes;
    }

    /** Gives back what it has so far; it may take more. */
    public void giveBack() {
      there.addAndGet(-bytes);
      bytes = 0;
      promised.addAndGet(-promise);
      promise = 0;
      turn.compareAndSet(this, null);
    }

    /** Gives all back, once. */
    public void release() {
      if (!released) {
        released = true;
        giveBack();
      }
    }

    /** What a request is told that finds no room. */
    public String refusal(long more) {
      return "request: %d bytes more, %d are in flight (expected: at most %d, the server's"
              .formatted(more, used(), limit)
          + " max-in-flight-bytes); try again soon";
    }

    /** The failure of a request that finds no room, before anything is done for it. */
    public Failure overloaded(long more) {
      return Failure.overloaded(refusal(more));
    }
  }
}
