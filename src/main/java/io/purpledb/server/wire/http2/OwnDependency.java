package io.purpledb.server.wire.http2;

import io.netty.buffer.ByteBuf;

/**
 * A request of HTTP/2 whose priority says that it depends on itself. That ends its stream (RFC
 * 7540, 5.3.1; RFC 9113 knows no such priority), but Netty ends the connection with all calls. So a
 * bit of it is turned before Netty: it then depends on a stream that a server would have begun,
 * which no client can mean, and {@link RequestFrames} ends the stream.
 */
final class OwnDependency {

  private static final int HEADERS = 1;
  private static final int PADDED = 8;
  private static final int HAS_PRIORITY = 0x20;

  private int at;
  private int dependency;

  /** Whether it is that, as it is told to {@link RequestFrames}. */
  static boolean isTurned(int dependency, int stream) {
    return dependency == (stream ^ turned(stream));
  }

  /**
   * Which bits of its last byte: the stream then is even, and not 0, on which all others depend.
   */
  private static int turned(int stream) {
    return stream == 1 ? 3 : 1;
  }

  /** A frame begins. */
  void begin(int type, int flags) {
    boolean watched = type == HEADERS && (flags & HAS_PRIORITY) != 0;
    at = watched ? 0 : Integer.MAX_VALUE;
    at -= watched && (flags & PADDED) != 0 ? 1 : 0; // a byte comes before
    dependency = 0;
  }

  /** Some bytes of the frame's payload. */
  void look(ByteBuf in, int from, int bytes, int stream) {
    for (int i = from; i < from + bytes && at < Integer.BYTES; i++) {
      if (at >= 0) {
        dependency = dependency << Byte.SIZE | in.getUnsignedByte(i);
      }
      if (++at == Integer.BYTES && (dependency & Integer.MAX_VALUE) == stream) {
        in.setByte(i, in.getByte(i) ^ turned(stream));
      }
    }
  }
}
