package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.engine.Key;
import io.purpledb.engine.Range;
import java.util.Arrays;

/**
 * Keys of a service's table as one column: H2 keeps a second tree for each key that is not a
 * number, and compares one column faster than three. Namespace, name and item follow each other,
 * the first two with a zero as their end; a zero inside of them has FF behind it, which is no byte
 * of UTF-8. So the order of the bytes is that of the keys.
 */
final class KeyBytes {

  private static final byte END = 0;
  private static final byte INSIDE = (byte) 0xff;

  private KeyBytes() {}

  static byte[] of(Key key) {
    byte[] namespace = key.namespace().getBytes(UTF_8);
    byte[] name = key.name().getBytes(UTF_8);
    byte[] item = key.item().getBytes(UTF_8);
    int length = namespace.length + zeros(namespace) + name.length + zeros(name) + item.length + 2;
    byte[] bytes = new byte[length];
    int at = put(name, bytes, put(namespace, bytes, 0));
    System.arraycopy(item, 0, bytes, at, item.length);
    return bytes;
  }

  /** The first key behind a range. */
  static byte[] end(Range range) {
    if (range.isBounded()) {
      return of(range.to());
    }
    byte[] namespace = range.from().namespace().getBytes(UTF_8);
    byte[] bytes = new byte[namespace.length + zeros(namespace) + 2];
    bytes[put(namespace, bytes, 0)] = INSIDE;
    return bytes;
  }

  /** The first key behind another. */
  static byte[] behind(Key key) {
    byte[] bytes = of(key);
    return Arrays.copyOf(bytes, bytes.length + 1); // behind an item, a zero is the least
  }

  /**
   * Reads a key.
   *
   * @param service is not in the bytes
   */
  static Key key(String service, byte[] bytes) {
    int first = end(bytes, 0);
    int second = end(bytes, first + 1);
    String item = new String(bytes, second + 1, bytes.length - second - 1, UTF_8);
    return new Key(text(bytes, 0, first), service, text(bytes, first + 1, second), item);
  }

  private static int zeros(byte[] text) {
    int zeros = 0;
    for (byte b : text) {
      zeros += b == END ? 1 : 0;
    }
    return zeros;
  }

  /** Answers where it goes on. */
  private static int put(byte[] text, byte[] to, int from) {
    if (zeros(text) == 0) {
      System.arraycopy(text, 0, to, from, text.length);
      to[from + text.length] = END;
      return from + text.length + 1;
    }
    int at = from;
    for (byte b : text) {
      to[at++] = b;
      if (b == END) {
        to[at++] = INSIDE;
      }
    }
    to[at] = END;
    return at + 1;
  }

  private static int end(byte[] bytes, int from) {
    int at = from;
    while (bytes[at] != END || (at + 1 < bytes.length && bytes[at + 1] == INSIDE)) {
      at++;
    }
    return at;
  }

  private static String text(byte[] bytes, int from, int to) {
    byte[] text = new byte[to - from];
    int length = 0;
    for (int at = from; at < to; at++) {
      if (bytes[at] != INSIDE) {
        text[length++] = bytes[at];
      }
    }
    return new String(text, 0, length, UTF_8);
  }
}
