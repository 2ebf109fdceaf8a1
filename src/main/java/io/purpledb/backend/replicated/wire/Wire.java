package io.purpledb.backend.replicated.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import io.purpledb.message.Failure;
import io.purpledb.message.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that nodes exchange and keep in the log. They outlive a release, so they have versions.
 *
 * <pre>
 *   request  1 byte length, the operation's id such as kvPut, the message
 *   write    a {@link Batch}
 *   entry    1 byte version, 8 bytes the leader's time in milliseconds, 4 bytes how much one reply
 *            may have, the write; so are versions 3 to 5; of version 2: 1 byte version, 8 bytes the time, 8 bytes the lowest
 *            number that the client waits for, one request
 *   reply    1 byte kind, then nothing, the message, or 2 bytes HTTP status and a text
 *   term     8 bytes, 8 bytes the clock of who answers in milliseconds
 * </pre>
 */
public final class Wire {

  /** All writes are of the engine; a release that does not know that refuses it. */
  private static final byte VERSION = 6;

  /**
   * The same but that flags may be requests; sets may be in this and in the next, the cache in the
   * one behind that, too.
   */
  private static final byte VERSION_WITH_FLAGS = 3;

  /** One request, not many; there is none of this version behind one of a later. */
  private static final byte VERSION_OF_ONE = 2;

  private static final int STAMP_BYTES = 1 + Long.BYTES;
  private static final byte ABSENT = 0;
  static final byte PRESENT = 1;
  private static final byte FAILED = 2;
  private static final byte PUT_OFF = 4;

  /** Says that a write was not done, for the replies of others leave no room for its own. */
  public static final ByteString LATER = wrap(ByteBuffer.allocate(1).put(PUT_OFF));

  private Wire() {}

  public static ByteString request(Message request) {
    byte[] id = Operation.of(request).id().getBytes(StandardCharsets.US_ASCII);
    byte[] message = request.toByteArray();
    ByteBuffer bytes = ByteBuffer.allocate(1 + id.length + message.length);
    return wrap(bytes.put((byte) id.length).put(id).put(message));
  }

  public static Message request(ByteString bytes) {
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

  /** A write of one. */
  public static ByteString write(long oldestOpen, ByteString request) {
    return Batch.bytes(oldestOpen, List.of(request));
  }

  /**
   * An entry of the log.
   *
   * @param answerBytes what one reply may have: said here, as the members' settings may differ
   */
  public static ByteString entry(long stampMillis, int answerBytes, ByteString write) {
    ByteBuffer head = ByteBuffer.allocate(STAMP_BYTES + Integer.BYTES);
    return wrap(head.put(VERSION).putLong(stampMillis).putInt(answerBytes)).concat(write);
  }

  public static LogEntry entry(ByteString bytes) {
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
    byte version = buffer.get();
    long stampMillis = buffer.getLong();
    if (version <= VERSION && version >= VERSION_WITH_FLAGS) {
      int answerBytes = buffer.getInt();
      Batch batch = Batch.of(bytes.substring(STAMP_BYTES + Integer.BYTES));
      return new LogEntry(stampMillis, answerBytes, batch);
    }
    if (version == VERSION_OF_ONE) {
      ByteString request = bytes.substring(STAMP_BYTES + Long.BYTES);
      Batch.Part one = new Batch.Part(request, Item.of(request));
      Batch batch = new Batch(buffer.getLong(), List.of(one));
      return new LogEntry(stampMillis, Integer.MAX_VALUE, batch);
    }
    throw new IllegalStateException(
        "log entry of format %d (expected: %d)".formatted(version, VERSION));
  }

  public static ByteString reply(@Nullable Message response) {
    if (response == null) {
      return wrap(ByteBuffer.allocate(1).put(ABSENT));
    }
    byte[] message = response.toByteArray();
    return wrap(ByteBuffer.allocate(1 + message.length).put(PRESENT).put(message));
  }

  public static ByteString reply(Failure failure) {
    byte[] text = failure.getMessage().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(1 + Short.BYTES + text.length).put(FAILED);
    return wrap(bytes.putShort((short) failure.kind().number()).put(text));
  }

  /**
   * A reply that is there.
   *
   * @throws Failure the one that the reply is
   */
  static ByteString present(ByteString reply) {
    if (reply.byteAt(0) == FAILED) {
      throw failure(reply.substring(1).asReadOnlyByteBuffer());
    }
    if (reply.byteAt(0) != PRESENT) {
      throw new IllegalStateException("a reply of a format that is not known here");
    }
    return reply;
  }

  private static Failure failure(ByteBuffer bytes) {
    return new Failure(
        Failure.Kind.ofNumber(bytes.getShort()), StandardCharsets.UTF_8.decode(bytes).toString());
  }

  /**
   * Reads a reply; null means absence.
   *
   * @throws Failure the one that the reply is
   */
  public static @Nullable Message reply(ByteString bytes, Message prototype) {
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
    return switch (buffer.get()) {
      case ABSENT -> null;
      case PRESENT -> message(prototype, buffer);
      case FAILED -> throw failure(buffer);
      default -> throw new IllegalStateException("a reply of a format that is not known here");
    };
  }

  public static ByteString term(long term, long clockMillis, boolean hasRoom) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES + 1).putLong(term).putLong(clockMillis);
    return wrap(bytes.put((byte) (hasRoom ? 1 : 0)));
  }

  public static Term term(ByteString bytes) {
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

  static ByteString wrap(ByteBuffer filled) {
    return UnsafeByteOperations.unsafeWrap(filled.flip());
  }

  /**
   * What the log keeps of a write.
   *
   * @param answerBytes what one reply may have
   */
  public record LogEntry(long stampMillis, int answerBytes, Batch batch) {}

  /** What a member says of itself. */
  public record Term(long term, long clockMillis, boolean hasRoom) {}
}
