package io.purpledb.message;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Bytes in their several forms, without a copy where one can be spared: values may be large. */
public final class Bytes {

  /** From here on a copy costs more than what spares it. */
  private static final int LARGE_BYTES = 64 << 10;

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
    List<ByteBuffer> parts = bytes.asReadOnlyByteBufferList();
    return BufferInternal.buffer(
        parts.size() > 1
            ? Unpooled.wrappedBuffer(parts.size(), parts.toArray(ByteBuffer[]::new))
            : Unpooled.wrappedBuffer(of(bytes)));
  }

  /**
   * A message as bytes; large fields of it are not copied.
   *
   * @return not to be changed
   */
  public static Buffer buffer(MessageLite message) {
    int size = message.getSerializedSize();
    if (size < LARGE_BYTES) {
      return Buffer.buffer(message.toByteArray());
    }
    Parts parts = new Parts();
    try {
      message.writeTo(parts);
    } catch (IOException e) {
      throw new IllegalStateException("nothing is written anywhere", e);
    }
    return parts.buffer();
  }

  /**
   * Parses a message; large fields of it are not copied, and keep all of the bytes. Those of a
   * buffer with much more room than bytes, such as one that grew by doubling, are copied once.
   *
   * @param bytes not changed any more
   */
  public static <M extends MessageLite> M parse(Parser<M> parser, Buffer bytes)
      throws InvalidProtocolBufferException {
    if (bytes.length() < LARGE_BYTES) {
      return parser.parseFrom(bytes.getBytes());
    }
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(tight(bytes)).newCodedInput();
    in.enableAliasing(true);
    M message = parser.parseFrom(in);
    in.checkLastTagWas(0);
    return message;
  }

  private static ByteBuffer tight(Buffer bytes) {
    ByteBuf buf = ((BufferInternal) bytes).getByteBuf();
    return buf.hasArray() && buf.array().length - LARGE_BYTES <= bytes.length()
        ? buf.nioBuffer()
        : ByteBuffer.wrap(bytes.getBytes());
  }

  /** The arrays that a message is written from, large ones as they are. */
  private static final class Parts extends OutputStream {

    private final List<ByteBuf> parts = new ArrayList<>();

    @Override
    public void write(int one) {
      parts.add(Unpooled.wrappedBuffer(new byte[] {(byte) one}));
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      parts.add(
          length < LARGE_BYTES
              ? Unpooled.copiedBuffer(from, offset, length)
              : Unpooled.wrappedBuffer(from, offset, length));
    }

    Buffer buffer() {
      return BufferInternal.buffer(
          Unpooled.wrappedBuffer(parts.size(), parts.toArray(ByteBuf[]::new)));
    }
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
