package io.purpledb.server.wire.connection;

import io.purpledb.message.InFlightBytes;

/**
 * Whether the rest of a request comes, to be looked at once a second. One that takes longer than
 * others would wait is bounded by its timeout; but while room is short, one that sends next to
 * nothing gives way, or a few such clients would hold the room of all.
 */
public final class Arrival {

  /** How often to look, in milliseconds. */
  public static final long LOOK_MILLIS = 1_000;

  /** A byte now and then is no progress. */
  private static final int LEAST_BYTES = 16 << 10;

  /** So many looks without progress end a request when room is short. */
  private static final int PATIENCE_UNDER_PRESSURE = 2;

  /** So many, and it has no room any more for what has not come. */
  private static final int PATIENCE_WITH_PROMISE = 5;

  private final InFlightBytes.Held held;
  private long seenBytes;
  private int looksWithout;

  public Arrival(InFlightBytes.Held held) {
    this.held = held;
  }

  /**
   * Looks.
   *
   * @param bytes that have come so far
   * @return whether the request is to give way
   */
  public boolean isTooSlow(long bytes) {
    if (bytes - seenBytes >= LEAST_BYTES) {
      seenBytes = bytes;
      looksWithout = 0;
      return false;
    }
    looksWithout++;
    if (looksWithout >= PATIENCE_WITH_PROMISE) {
      held.breakPromise();
    }
    return looksWithout >= PATIENCE_UNDER_PRESSURE && held.isCrowded();
  }

  /** What a request is told that gives way. */
  public static String refusal(long bytes) {
    return "request: %d bytes have come, and next to none for %d ms (expected: %d in that time while the server's"
            .formatted(bytes, PATIENCE_UNDER_PRESSURE * LOOK_MILLIS, LEAST_BYTES)
        + " max-in-flight-bytes are more than half taken); try again soon";
  }
}
