package io.purpledb.backend.redis.connection;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.RequestImpl;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of the commands that have no reply yet, of all links together. A command is let
 * in while there is room left, whatever its own size, so a large one is never refused for good and
 * the bound is exceeded by one command per event loop at most.
 */
public final class RedisRoom {

  /** What a command takes beside its arguments. */
  private static final int OVERHEAD_BYTES = 64;

  private final long maxBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  public RedisRoom(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  static long bytesOf(Request request) {
    long bytes = OVERHEAD_BYTES;
    for (byte[] argument : ((RequestImpl) request).getArgs()) {
      bytes += argument.length;
    }
    return bytes;
  }

  /** Takes room, to be given back once; answers whether there was any. */
  boolean take(long bytes) {
    if (usedBytes.getAndAdd(bytes) < maxBytes) {
      return true;
    }
    giveBack(bytes);
    return false;
  }

  void giveBack(long bytes) {
    usedBytes.addAndGet(-bytes);
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  long maxBytes() {
    return maxBytes;
  }
}
