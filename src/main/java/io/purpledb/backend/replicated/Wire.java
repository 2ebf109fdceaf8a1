package io.purpledb.backend.replicated;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import io.purpledb.message.Failure;
import io.purpledb.message.Operation;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.SetRemoveRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that nodes exchange and keep in the log. They outlive a release, so they have versions.
 *
 * <pre>
 *   request  1 byte length, the operation's id such as kvPut, the message
 *   write    8 bytes the lowest number that the client waits for, the request
 *   entry    1 byte version, 8 bytes the leader's time in milliseconds, the write
 *   reply    1 byte kind, then nothing, the message, or 2 bytes HTTP status and a text
 *   term     8 bytes, 8 bytes the clock of who answers in milliseconds
 * </pre>
 */
final class Wire {

  private static final byte VERSION = 2;
  private static final int STAMP_BYTES = 1 + Long.BYTES;
  private static final byte ABSENT = 0;
  private static final byte PRESENT = 1;
  private static final byte FAILED = 2;

  private Wire() {}

  static ByteString request(Message request) {
    byte[] id = Operation.of(request).id().getBytes(StandardCharsets.US_ASCII);
    byte[] message = request.toByteArray();
    ByteBuffer bytes = ByteBuffer.allocate(1 + id.length + message.length);
    return wrap(bytes.put((byte) id.length).put(id).put(message));
  }

  static Message request(ByteString bytes) {
    return request(bytes.asReadOnlyByteBuffer());
  }

  private static Message request(ByteBuffer bytes) {
    byte[] id = new byte[bytes.get()];
    bytes.get(id);
    String name = new String(id, StandardCharsets.US_ASCII);
    Operation operation = Operation.withId(name);
    if (operation == null) {
      throw Failure.invalid(name + ": not an operation of this release of Purple");
    }
    return message(operation.request(), bytes);
  }

  static ByteString write(long oldestOpen, ByteString request) {
    return wrap(ByteBuffer.allocate(Long.BYTES).putLong(oldestOpen)).concat(request);
  }

  /** The request of a write. */
  static Message written(ByteString write) {
    return request(write.substring(Long.BYTES));
  }

  /** Whether a write only deletes. */
  static boolean deletes(ByteString write) {
    Message request = written(write);
    return request instanceof KvDeleteRequest || request instanceof SetRemoveRequest;
  }

  /** Whether the bytes are a write that can be read; they may come from anybody. */
  static boolean isWrite(ByteString bytes) {
    try {
      ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
      buffer.getLong();
      request(buffer);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  static ByteString entry(long stampMillis, ByteString write) {
    ByteBuffer stamp = ByteBuffer.allocate(STAMP_BYTES).put(VERSION).putLong(stampMillis);
    return wrap(stamp).concat(write);
  }

  static Entry entry(ByteString bytes) {
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
    byte version = buffer.get();
    if (version != VERSION) {
      throw new IllegalStateException(
          "log entry of format %d (expected: %d)".formatted(version, VERSION));
    }
    return new Entry(buffer.getLong(), buffer.getLong(), request(buffer));
  }

  static ByteString reply(@Nullable Message response) {
    if (response == null) {
      return wrap(ByteBuffer.allocate(1).put(ABSENT));
    }
    byte[] message = response.toByteArray();
    return wrap(ByteBuffer.allocate(1 + message.length).put(PRESENT).put(message));
  }

  static ByteString reply(Failure failure) {
    byte[] text = failure.getMessage().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(1 + Short.BYTES + text.length).put(FAILED);
    return wrap(bytes.putShort((short) failure.kind().number()).put(text));
  }

  /**
   * Reads a reply; null means absence.
   *
   * @throws Failure the one that the reply is
   */
  static @Nullable Message reply(ByteString bytes, Message prototype) {
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
    return switch (buffer.get()) {
      case ABSENT -> null;
      case PRESENT -> message(prototype, buffer);
      case FAILED ->
          throw new Failure(
              Failure.Kind.ofNumber(buffer.getShort()),
              StandardCharsets.UTF_8.decode(buffer).toString());
      default -> throw new IllegalStateException("a reply of a format that is not known here");
    };
  }

  static ByteString term(long term, long clockMillis, boolean hasRoom) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES + 1).putLong(term).putLong(clockMillis);
    return wrap(bytes.put((byte) (hasRoom ? 1 : 0)));
  }

  static Term term(ByteString bytes) {
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
    return new Term(buffer.getLong(), buffer.getLong(), buffer.get() == 1);
  }

  private static Message message(Message prototype, ByteBuffer bytes) {
    try {
      return prototype.getParserForType().parseFrom(CodedInputStream.newInstance(bytes));
    } catch (IOException e) {
      throw new IllegalStateException("not a " + prototype.getClass().getSimpleName(), e);
    }
  }

  private static ByteString wrap(ByteBuffer filled) {
    return UnsafeByteOperations.unsafeWrap(filled.flip());
  }

  /** What the log keeps of a write. */
  record Entry(long stampMillis, long oldestOpen, Message request) {}

  /** What a member says of itself. */
  record Term(long term, long clockMillis, boolean hasRoom) {}
}
