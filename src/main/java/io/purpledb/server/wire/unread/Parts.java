package io.purpledb.server.wire.unread;

import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A large answer while it is made, in arrays of moderate size. For arrays of half a megabyte and
 * more G1 marks the whole heap again and again, and Netty asks the system for memory each time.
 */
public final class Parts extends OutputStream {

  /** The size of a part; the last has less. */
  public static final int BYTES = 256 << 10;

  private final List<byte[]> full = new ArrayList<>();
  private byte[] last = new byte[BYTES];
  private int filled;

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      if (filled == BYTES) {
        full.add(last);
        last = new byte[BYTES];
        filled = 0;
      }
      int now = Math.min(left, BYTES - filled);
      System.arraycopy(bytes, from, last, filled, now);
      filled += now;
      from += now;
      left -= now;
    }
  }

  /** How much has been written, in bytes. */
  public long bytes() {
    return (long) full.size() * BYTES + filled;
  }

  /** What has been written. */
  public Buffer buffer() {
    CompositeByteBuf all = Unpooled.compositeBuffer(full.size() + 1);
    full.forEach(part -> all.addComponent(true, Unpooled.wrappedBuffer(part)));
    all.addComponent(true, Unpooled.wrappedBuffer(last, 0, filled));
    return BufferInternal.buffer(all);
  }
}
