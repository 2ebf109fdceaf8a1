package io.purpledb.cluster.bus;

import io.purpledb.net.Descriptors;

/**
 * What the port of the event bus takes of anybody who reaches it.
 *
 * @param maxFrameBytes the length of a message, in bytes
 * @param roomBytes what has come of messages that are not whole yet, over all connections
 * @param maxConnections at once
 * @param maxOfAddress of them from one address
 * @param silenceMillis how long a connection may be without another whole message; nodes send a
 *     ping every 2 s
 */
public record BusLimits(
    int maxFrameBytes, long roomBytes, int maxConnections, int maxOfAddress, long silenceMillis) {

  /** Keys, addresses, headers and the text of a failure. */
  private static final int REST_BYTES = 64 << 10;

  /** A value in JSON is longer than it is: base64, escapes. */
  private static final int JSON_FACTOR = 2;

  /** A whole set is one message, however large. While it is read there are five copies of it. */
  private static final int SHARE_OF_HEAP = 16;

  private static final int LARGEST = 1 << 30;

  /** The largest max-value-bytes that a member may have. */
  private static final int MEMBERS_VALUE_BYTES = 64 << 20;

  private static final int GUESTS_SHARE_OF_HEAP = 4;

  /** Each node has one, and each guest. */
  private static final int CONNECTIONS = 512;

  private static final int OF_ADDRESS = 128;

  /** Half of what one server may have. */
  private static final int PARTS = 6;

  /** A node whose message takes 4 s gives up itself, as its ping waits behind it. */
  private static final long SILENCE_MILLIS = 10_000;

  /**
   * Those of a member.
   *
   * @param maxValueBytes the largest value that it takes
   */
  public static BusLimits of(int maxValueBytes) {
    return ofFrames(Math.max(frame(maxValueBytes), heap() / SHARE_OF_HEAP));
  }

  /** The largest message of Purple that fits in a frame with all that goes with it, in bytes. */
  public int maxMessageBytes() {
    return maxFrameBytes - REST_BYTES;
  }

  /** Those of a guest, which does not know what the members take, and has messages of its own. */
  public static BusLimits ofGuest() {
    return ofFrames(Math.min(frame(MEMBERS_VALUE_BYTES), heap() / GUESTS_SHARE_OF_HEAP));
  }

  private static BusLimits ofFrames(long bytes) {
    int maxFrameBytes = (int) Math.min(bytes, LARGEST);
    return new BusLimits(
        maxFrameBytes,
        Math.max(maxFrameBytes, 2 * heap() / SHARE_OF_HEAP),
        Descriptors.share(CONNECTIONS, PARTS),
        OF_ADDRESS,
        SILENCE_MILLIS);
  }

  private static long frame(long maxValueBytes) {
    return JSON_FACTOR * maxValueBytes + REST_BYTES;
  }

  private static long heap() {
    return Runtime.getRuntime().maxMemory();
  }
}
