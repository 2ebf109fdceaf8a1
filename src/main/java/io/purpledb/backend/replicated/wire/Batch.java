package io.purpledb.backend.replicated.wire;

import io.purpledb.message.Failure;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * Writes that travel as one: 8 bytes the lowest number that the client waits for, and of each write
 * 4 bytes its length and what it is. The reply of a batch is a byte that says so, and of each write
 * 4 bytes the length of its reply and that.
 *
 * @param parts at least one
 */
public record Batch(long oldestOpen, List<Part> parts) {

  private static final byte REPLIES = 3;

  /**
   * One of the writes.
   *
   * @param bytes as it came, and as it is kept
   */
  public record Part(ByteString bytes, Item item) {}

  /** The bytes of writes; those of one write are not copied, for they may be many. */
  public static ByteString bytes(long oldestOpen, List<ByteString> writes) {
    ByteBuffer head = ByteBuffer.allocate(Long.BYTES).putLong(oldestOpen);
    return Wire.wrap(head).concat(join(writes));
  }

  /**
   * Reads bytes, which may come from anybody.
   *
   * @throws RuntimeException when they are none of this release
   */
  public static Batch of(ByteString bytes) {
    long oldestOpen = bytes.asReadOnlyByteBuffer().getLong();
    List<Part> parts = new ArrayList<>();
    for (ByteString part : split(bytes.substring(Long.BYTES))) {
      parts.add(new Part(part, Item.of(part)));
    }
    if (parts.isEmpty()) {
      throw Failure.invalid("a batch without a write");
    }
    return new Batch(oldestOpen, parts);
  }

  /** The bytes of this batch. */
  public ByteString bytes() {
    return bytes(oldestOpen, parts.stream().map(Part::bytes).toList());
  }

  public static ByteString reply(List<ByteString> replies) {
    return Wire.wrap(ByteBuffer.allocate(1).put(REPLIES)).concat(join(replies));
  }

  /** The replies of so many writes: each its own, or all the one that stands for all. */
  public static List<ByteString> replies(ByteString reply, int writes) {
    if (reply.byteAt(0) != REPLIES) {
      return Collections.nCopies(writes, reply);
    }
    List<ByteString> replies = split(reply.substring(1));
    if (replies.size() != writes) {
      throw new IllegalStateException(
          "%d replies (expected: of %d writes)".formatted(replies.size(), writes));
    }
    return replies;
  }

  private static ByteString join(List<ByteString> parts) {
    if (parts.size() == 1) {
      ByteString only = parts.get(0);
      return Wire.wrap(ByteBuffer.allocate(Integer.BYTES).putInt(only.size())).concat(only);
    }
    int bytes = 0;
    for (ByteString part : parts) {
      bytes += Integer.BYTES + part.size();
    }
    ByteBuffer joined = ByteBuffer.allocate(bytes);
    for (ByteString part : parts) {
      joined.putInt(part.size());
      part.copyTo(joined);
    }
    return Wire.wrap(joined);
  }

  private static List<ByteString> split(ByteString bytes) {
    List<ByteString> parts = new ArrayList<>();
    ByteBuffer left = bytes.asReadOnlyByteBuffer();
    while (left.hasRemaining()) {
      int length = left.getInt();
      if (length < 1 || length > left.remaining()) {
        throw Failure.invalid("a part of %d bytes of %d".formatted(length, left.remaining()));
      }
      parts.add(UnsafeByteOperations.unsafeWrap(left.slice().limit(length)));
      left.position(left.position() + length);
    }
    return parts;
  }
}
