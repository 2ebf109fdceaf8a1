package io.purpledb.server.grpc.message;

import io.vertx.core.buffer.Buffer;

/** Follows the messages of a call while their bytes come: a flag, a length of 4 bytes, the rest. */
public final class MessageEdges {

  public static final int PREFIX_BYTES = 1 + Integer.BYTES;

  private int flags;
  private int prefixRead;
  private long lengthRead;
  private long left;
  private long announced;

  public void follow(Buffer bytes) {
    int at = 0;
    while (at < bytes.length()) {
      if (prefixRead < PREFIX_BYTES) {
        long next = bytes.getUnsignedByte(at++);
        if (prefixRead == 0) {
          flags |= (int) next;
          lengthRead = 0;
        } else {
          lengthRead = lengthRead << Byte.SIZE | next;
        }
        prefixRead++;
        if (prefixRead == PREFIX_BYTES) {
          announced = PREFIX_BYTES + lengthRead;
          left = lengthRead;
        }
      } else {
        long now = Math.min(left, bytes.length() - at);
        left -= now;
        at += (int) now;
      }
      if (prefixRead == PREFIX_BYTES && left == 0) {
        prefixRead = 0;
      }
    }
  }

  /** All bits of the flags of the messages that have begun. */
  public int flags() {
    return flags;
  }

  /** Whether a message has begun and not ended. */
  public boolean isInside() {
    return prefixRead > 0;
  }

  /** The size, with its prefix, of the last message whose prefix has come whole; 0 before. */
  public long announcedBytes() {
    return announced;
  }
}
