package io.purpledb.backend.redis.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Failure;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * What is stored of an entry: {@code b} or {@code n}, the version, the expiry (0: never), which the
 * script writes; then the lengths of description and value with a checksum between them,
 * description, value. Numbers are big-endian; the value of an {@code n} is a decimal text. The
 * checksum (CRC-32C) is of what no script changes: the description, and the value if it is bytes.
 */
final class ValueEnvelope {

  static final String BYTES = "b";
  static final String NUMBER = "n";

  /** Kind, version, expiry. */
  private static final int HEAD = 1 + 2 * Long.BYTES;

  private static final int LENGTHS = 3 * Integer.BYTES;
  private static final int COPIED_BYTES = 64 << 10;

  private ValueEnvelope() {}

  static boolean isNumber(Value value) {
    return value instanceof Value.OfNumber;
  }

  static String kind(Value value) {
    return isNumber(value) ? NUMBER : BYTES;
  }

  /** All that is behind the expiry. */
  static byte[] rest(Value value, Description description) {
    byte[] described = bytes(description);
    if (value instanceof Value.OfNumber of) {
      byte[] digits = Long.toString(of.number()).getBytes(UTF_8);
      byte[] rest = new byte[LENGTHS + described.length + digits.length];
      begin(rest, described, digits.length).put(digits);
      return rest;
    }
    ByteString content = ((Value.OfBytes) value).content();
    byte[] rest = new byte[LENGTHS + described.length + content.size()];
    ByteBuffer out = begin(rest, described, content.size());
    content.copyTo(out);
    out.putInt(Integer.BYTES, crc(rest, LENGTHS, rest.length - LENGTHS));
    return rest;
  }

  private static ByteBuffer begin(byte[] rest, byte[] described, int length) {
    return ByteBuffer.wrap(rest)
        .putInt(described.length)
        .putInt(crc(described, 0, described.length))
        .putInt(length)
        .put(described);
  }

  /**
   * Reads an entry.
   *
   * @param stored is kept, not copied
   * @throws Failure when it is none
   */
  static Entry entry(Key key, byte[] stored) {
    try {
      return read(key, stored);
    } catch (BufferUnderflowException | NumberFormatException e) {
      throw bad(key);
    }
  }

  private static Entry read(Key key, byte[] stored) {
    ByteBuffer in = ByteBuffer.wrap(stored);
    byte kind = in.get();
    long version = in.getLong();
    long expires = in.getLong();
    int described = in.getInt();
    int crc = in.getInt();
    int length = in.getInt();
    int from = HEAD + LENGTHS;
    boolean isNumber = kind == NUMBER.charAt(0);
    if ((!isNumber && kind != BYTES.charAt(0))
        || described < 0
        || length < 0
        || (long) from + described + length != stored.length
        || crc != crc(stored, from, isNumber ? described : described + length)) {
      throw bad(key);
    }
    Description description = description(in.slice(from, described));
    Value value =
        isNumber
            ? number(new String(stored, from + described, length, UTF_8))
            : new Value.OfBytes(content(in.slice(from + described, length)));
    return new Entry(key, value, description, version, expires == 0 ? Entry.NEVER : expires);
  }

  /** A large one is not copied; it is read-only, as else it would show what is in front of it. */
  private static ByteString content(ByteBuffer bytes) {
    return bytes.remaining() <= COPIED_BYTES
        ? ByteString.copyFrom(bytes)
        : UnsafeByteOperations.unsafeWrap(bytes.asReadOnlyBuffer());
  }

  private static Value number(String digits) {
    long number = Long.parseLong(digits);
    if (!Long.toString(number).equals(digits)) {
      throw new NumberFormatException(digits);
    }
    return new Value.OfNumber(number);
  }

  /** The failure of what is under a key of ours and not from us. */
  static Failure bad(Key key) {
    return new Failure(
        Failure.Kind.INTERNAL,
        "redis: what is stored for %s in %s is no entry (expected: what was written by us)"
            .formatted(key.name(), key.service()));
  }

  private static byte[] bytes(Description description) {
    if (description.mediaType().isEmpty() && description.metadata().isEmpty()) {
      return new byte[0];
    }
    List<byte[]> texts = new ArrayList<>();
    texts.add(description.mediaType().getBytes(UTF_8));
    description
        .metadata()
        .forEach(
            (name, value) -> {
              texts.add(name.getBytes(UTF_8));
              texts.add(value.getBytes(UTF_8));
            });
    int length = texts.stream().mapToInt(text -> Integer.BYTES + text.length).sum();
    byte[] all = new byte[length];
    ByteBuffer out = ByteBuffer.wrap(all);
    texts.forEach(text -> out.putInt(text.length).put(text));
    return all;
  }

  private static Description description(ByteBuffer in) {
    if (!in.hasRemaining()) {
      return Description.NONE;
    }
    String mediaType = text(in);
    Map<String, String> metadata = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      String name = text(in);
      metadata.put(name, text(in));
    }
    return new Description(mediaType, Collections.unmodifiableMap(metadata));
  }

  private static String text(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] text = new byte[length];
    in.get(text);
    return new String(text, UTF_8);
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
