package io.purpledb.server.wire.http2;

import io.purpledb.message.Failure;
import io.purpledb.server.wire.Room;
import io.vertx.core.MultiMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bound on the headers of a request of HTTP/2. The protocol has one, too, but beyond that Netty
 * ends the request without an answer of the server, so it stands above all that {@link
 * HeaderBlocks} lets through.
 */
public final class HeaderSize {

  /**
   * How many times larger a list of fields may be than its block: a character may be sent in 5
   * bits, and the fields of a client that means well are not so small that the rest counts.
   */
  private static final long LIST_OF_BLOCK = 2;

  /** What HTTP/2 adds to the bytes of a field's name and value (RFC 9113, section 6.5.2). */
  private static final int FIELD_BYTES = 32;

  private HeaderSize() {}

  /**
   * The failure of a request whose headers are too large; null when they are not.
   *
   * @param name what they are called where they come from
   */
  public static @Nullable Failure check(String name, long bytes, int maxBytes) {
    return bytes <= maxBytes ? null : tooLarge(name, bytes, maxBytes);
  }

  /** The bytes of fields, as HTTP/2 counts them. */
  public static long of(MultiMap headers) {
    long bytes = 0;
    for (Map.Entry<String, String> header : headers) {
      bytes += header.getKey().length() + header.getValue().length() + FIELD_BYTES;
    }
    return bytes;
  }

  /** The failure of a request for whose headers there is no room at the moment. */
  public static Failure noRoom(String name, long bytes) {
    return Failure.overloaded(
        "%s: %d bytes, while requests have %d bytes besides their bodies (expected: at most %d in all, a share of the heap); try again soon"
            .formatted(name, bytes, Room.OF_REQUESTS.usedBytes(), Room.OF_REQUESTS.maxBytes()));
  }

  /** The failure of a request whose headers were not kept: they are too large, or had no room. */
  public static Failure notRead(String name, long bytes, int maxBytes) {
    return bytes <= maxBytes ? noRoom(name, bytes) : tooLarge(name, bytes, maxBytes);
  }

  /** The failure of a request with headers of a size. */
  public static Failure tooLarge(String name, long bytes, int maxBytes) {
    return new Failure(
        Failure.Kind.HEADERS_TOO_LARGE,
        "%s: %d bytes (expected: at most %d, max-header-bytes)".formatted(name, bytes, maxBytes));
  }

  /** The largest list of fields that HTTP/2 is to take, so that a request can be answered. */
  public static long ofHttp2(int maxBytes) {
    return LIST_OF_BLOCK * HeaderBlocks.maxBytes(maxBytes);
  }
}
