package io.purpledb.message;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes of all requests that a server reads and answers, over all doors, the event bus
 * and all event loops, and has a bound for them. Safe for use by many threads.
 */
public final class InFlightBytes implements Shareable {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  public InFlightBytes(long limit) {
    this.limit = limit;
  }

  /** The counter that all of a server share, with the bound that it gets first. */
  public static InFlightBytes of(Vertx vertx, long limit) {
    LocalMap<String, InFlightBytes> shared = vertx.sharedData().getLocalMap("purple.in-flight");
    return shared.computeIfAbsent("bytes", name -> new InFlightBytes(limit));
  }

  /** What all requests have now, in bytes. */
  public long used() {
    return used.get();
  }

  /** The bytes of one request, none yet. To be used by one thread. */
  public Held hold() {
    return new Held();
  }

  /** One that is alone is let in whatever its size, or it would never be. */
  private boolean reserve(long bytes, long heldAlready) {
    long before = used.get();
    while (before <= heldAlready || bytes <= limit - before) {
      long found = used.compareAndExchange(before, before + bytes);
      if (found == before) {
        return true;
      }
      before = found;
    }
    return false;
  }

  /** What one request has, until it is released. */
  public final class Held {

    private long bytes;
    private boolean released;

    private Held() {}

    /** Takes so many more; false, and none are taken, when they are beyond the bound. */
    public boolean grow(long more) {
      if (released || !reserve(more, bytes)) {
        return false;
      }
      bytes += more;
      return true;
    }

    /** How many it has. */
    public long bytes() {
      return bytes;
    }

    /** Gives all back, once. */
    public void release() {
      if (!released) {
        released = true;
        used.addAndGet(-bytes);
      }
    }

    /** What a request is told that finds no room. */
    public String refusal(long more) {
      return "request: %d bytes more, %d are in flight (expected: at most %d, the server's"
              .formatted(more, used.get(), limit)
          + " max-in-flight-bytes); try again soon";
    }

    /** The failure of a request that finds no room, before anything is done for it. */
    public Failure unavailable(long more) {
      return Failure.unavailable(refusal(more));
    }
  }
}
