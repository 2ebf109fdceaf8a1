package io.purpledb.message;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes in their several forms, without a copy where one can be spared: values may be large. */
public final class Bytes {

  private Bytes() {}

  /**
   * The bytes of a byte string, which may be its own.
   *
   * @return not to be changed
   */
  public static byte[] of(ByteString bytes) {
    Whole whole = new Whole(bytes.size());
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, whole);
    } catch (IOException e) {
      throw new IllegalStateException("nothing is written anywhere", e);
    }
    return whole.bytes();
  }

  /**
   * A buffer of the bytes of a byte string, which may be its own.
   *
   * @return not to be changed
   */
  public static Buffer buffer(ByteString bytes) {
    return BufferInternal.buffer(Unpooled.wrappedBuffer(of(bytes)));
  }

  /** Takes what a byte string consists of; an array that is the whole of it is kept as it is. */
  private static final class Whole extends ByteOutput {

    private final int size;
    private byte[] bytes = new byte[0];
    private int filled;

    Whole(int size) {
      this.size = size;
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public void writeLazy(byte[] part, int offset, int length) {
      if (length == size && part.length == size) {
        bytes = part;
        filled = size;
      } else {
        write(part, offset, length);
      }
    }

    @Override
    public void write(byte[] part, int offset, int length) {
      System.arraycopy(part, offset, room(), filled, length);
      filled += length;
    }

    @Override
    public void write(byte one) {
      room()[filled++] = one;
    }

    @Override
    public void write(ByteBuffer part) {
      int length = part.remaining();
      part.get(room(), filled, length);
      filled += length;
    }

    @Override
    public void writeLazy(ByteBuffer part) {
      write(part);
    }

    private byte[] room() {
      if (filled == 0) {
        bytes = new byte[size];
      }
      return bytes;
    }
  }
}
