package io.purpledb.backend.disk.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.message.Call;
import java.util.Arrays;

/**
 * Keys of a service's table as one column: H2 keeps a second tree for each key that is not a
 * number, and compares one column faster than three. Namespace, name and item follow each other,
 * with a zero in between; a zero inside of namespace or name has FF behind it, which is no byte of
 * UTF-8, and a zero in between and an empty item are left out at the end. So the order of the bytes
 * is that of the keys of a namespace.
 *
 * <p>The namespace that nearly all keys are in has no bytes, and an empty one is FF.
 */
public final class KeyBytes {

  private static final byte END = 0;
  private static final byte INSIDE = (byte) 0xff;
  private static final byte[] NOTHING = {};
  private static final byte[] EMPTY = {INSIDE};

  private KeyBytes() {}

  public static byte[] of(Key key) {
    byte[] namespace = namespace(key.namespace());
    byte[] name = key.name().getBytes(UTF_8);
    byte[] item = key.item().isEmpty() ? NOTHING : key.item().getBytes(UTF_8);
    int zeros = zeros(namespace) + zeros(name);
    int length = namespace.length + 1 + name.length + zeros;
    byte[] bytes = new byte[item.length == 0 ? length : length + 1 + item.length];
    put(name, bytes, put(namespace, bytes, 0) + 1);
    System.arraycopy(item, 0, bytes, bytes.length - item.length, item.length);
    return bytes;
  }

  private static byte[] namespace(String namespace) {
    if (namespace.equals(Call.DEFAULT_NAMESPACE)) {
      return NOTHING;
    }
    return namespace.isEmpty() ? EMPTY : namespace.getBytes(UTF_8);
  }

  /** The first key behind a range. */
  public static byte[] end(Range range) {
    if (range.isBounded()) {
      return of(range.to());
    }
    byte[] bytes = of(Key.of(range.from().namespace(), range.from().service(), ""));
    return append(bytes, INSIDE);
  }

  /** The first key behind another. */
  public static byte[] behind(Key key) {
    return append(of(key), END); // behind a name as behind an item, a zero is the least
  }

  /** The first key behind all items of a name. */
  static byte[] behindItems(Key name) {
    return append(append(of(name), END), INSIDE); // no item begins with it
  }

  private static byte[] append(byte[] bytes, byte last) {
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    longer[bytes.length] = last;
    return longer;
  }

  /**
   * Reads a key.
   *
   * @param service is not in the bytes
   */
  static Key key(String service, byte[] bytes) {
    int first = end(bytes, 0);
    int second = end(bytes, first + 1);
    String namespace = first == 0 ? Call.DEFAULT_NAMESPACE : text(bytes, 0, first);
    int item = Math.min(second + 1, bytes.length);
    return new Key(
        namespace,
        service,
        text(bytes, first + 1, second),
        new String(bytes, item, bytes.length - item, UTF_8));
  }

  private static int zeros(byte[] text) {
    int zeros = 0;
    for (byte b : text) {
      zeros += b == END ? 1 : 0;
    }
    return zeros;
  }

  /** Answers where its end is. */
  private static int put(byte[] text, byte[] to, int from) {
    int at = from;
    for (byte b : text) {
      to[at++] = b;
      if (b == END) {
        to[at++] = INSIDE;
      }
    }
    return at;
  }

  private static int end(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length
        && (bytes[at] != END || (at + 1 < bytes.length && bytes[at + 1] == INSIDE))) {
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
