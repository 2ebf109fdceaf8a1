package io.purpledb.cluster.bus;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The form of a message of the event bus, as Vert.x 5 writes it: it believes what it reads, so that
 * a length within a message could make it ask for 2 GB.
 */
final class BusFrame {

  private static final int VERSION = 2;

  /** Its codec has a name, which may not be known here: that is answered. */
  private static final int NAMED_CODEC = -1;

  /** A length in 4 bytes, and as many bytes. */
  private static final int TEXT = -1;

  /** A kind in 1 byte, a code in 4, a 1 and a text or 0. */
  private static final int FAILURE = -2;

  /** How many bytes a body takes, or its form, for each of Vert.x' own codecs. */
  private static final int[] BODIES = {
    0, // null
    0, // ping
    1, // byte
    1, // boolean
    2, // short
    4, // int
    8, // long
    4, // float
    8, // double
    TEXT,
    2, // char
    TEXT, // Buffer
    TEXT, // byte[]
    TEXT, // JsonObject
    TEXT, // JsonArray
    FAILURE,
    TEXT, // ClusterSerializable, whose name comes first
    TEXT // Serializable
  };

  /** Where to, where the answer goes, who sent it. */
  private static final int ADDRESSES = 3;

  private BusFrame() {}

  /**
   * What is wrong with a message; null when nothing is.
   *
   * @param message without the length before it; it is read
   */
  static @Nullable String fault(ByteBuf message) {
    if (message.readableBytes() < 2) {
      return "a message of 1 byte";
    }
    int version = message.readByte();
    if (version != VERSION) {
      return "version %d of messages (expected: %d)".formatted(version, VERSION);
    }
    int codec = message.readByte();
    if (codec < NAMED_CODEC || codec >= BODIES.length) {
      return "codec %d (expected: %d to %d)".formatted(codec, NAMED_CODEC, BODIES.length - 1);
    }
    if (codec == NAMED_CODEC && !skipText(message)) {
      return "the name of a codec does not fit in its message";
    }
    if (!skip(message, 1) || !skipTexts(message, ADDRESSES)) {
      return "an address does not fit in its message";
    }
    if (!skipHeaders(message)) {
      return "headers do not fit in their message";
    }
    return codec == NAMED_CODEC || skipBody(message, BODIES[codec])
        ? null
        : "a body does not fit in its message";
  }

  private static boolean skipHeaders(ByteBuf message) {
    int length = Integer.BYTES; // of all headers, this one included
    if (message.readableBytes() < length) {
      return false;
    }
    int rest = message.readInt() - length;
    if (rest == 0) {
      return true;
    }
    if (rest < Integer.BYTES || rest > message.readableBytes()) {
      return false;
    }
    ByteBuf headers = message.readSlice(rest);
    int count = headers.readInt();
    return count > 0 && skipTexts(headers, 2L * count) && !headers.isReadable();
  }

  private static boolean skipBody(ByteBuf message, int form) {
    if (form == TEXT) {
      return skipText(message);
    }
    if (form == FAILURE) {
      return skip(message, 1 + Integer.BYTES)
          && message.isReadable()
          && (message.readByte() == 0 || skipText(message));
    }
    return skip(message, form);
  }

  private static boolean skipTexts(ByteBuf message, long count) {
    for (long i = 0; i < count; i++) {
      if (!skipText(message)) {
        return false;
      }
    }
    return true;
  }

  private static boolean skipText(ByteBuf message) {
    return message.readableBytes() >= Integer.BYTES && skip(message, message.readInt());
  }

  private static boolean skip(ByteBuf message, int bytes) {
    if (bytes < 0 || bytes > message.readableBytes()) {
      return false;
    }
    message.skipBytes(bytes);
    return true;
  }
}
