package io.purpledb.backend.redis.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.engine.entry.Key;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Keys of entries as bytes. The member of an index is the name, and, if there is an item, a zero
 * and the item; a zero inside of a name has FF behind it, which is no byte of UTF-8. So the order
 * of the bytes is that of the keys. In front of it are service and namespace, whose colons are
 * escaped, and in front of that the bucket.
 */
final class StoredKey {

  private static final byte END = 0;
  private static final byte INSIDE = (byte) 0xff;
  private static final String INDEX = "p2:index:";

  /** With zeros in the place of the bucket, which is found out from what is behind it. */
  private static final String BUCKET = "p2:{00}:";

  private static final int BUCKET_AT = BUCKET.indexOf('0');
  private static final HexFormat HEX = HexFormat.of();

  /** Finding one costs as much as using it. */
  private static final ThreadLocal<MessageDigest> SHA_1 =
      ThreadLocal.withInitial(StoredKey::newDigest);

  private StoredKey() {}

  /** Where the value of a key is. */
  static byte[] ofValue(Key key) {
    byte[] stored = join(BUCKET + space(key) + ":", member(key));
    MessageDigest sha1 = SHA_1.get();
    sha1.update(stored, BUCKET.length(), stored.length - BUCKET.length());
    byte bucket = sha1.digest()[0];
    stored[BUCKET_AT] = (byte) HEX.toHighHexDigit(bucket);
    stored[BUCKET_AT + 1] = (byte) HEX.toLowHexDigit(bucket);
    return stored;
  }

  /** The index that a key is in. */
  static byte[] ofIndex(Key key) {
    return (INDEX + space(key)).getBytes(UTF_8);
  }

  /** What a key is in its index. */
  static byte[] member(Key key) {
    byte[] name = name(key.name());
    if (key.item().isEmpty()) {
      return name;
    }
    byte[] item = key.item().getBytes(UTF_8);
    byte[] member = Arrays.copyOf(name, name.length + 1 + item.length);
    System.arraycopy(item, 0, member, name.length + 1, item.length);
    return member;
  }

  /** A name as a member begins with it. */
  static byte[] name(String name) {
    byte[] bytes = name.getBytes(UTF_8);
    if (name.indexOf(END) < 0) {
      return bytes;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte b : bytes) {
      out.write(b);
      if (b == END) {
        out.write(INSIDE);
      }
    }
    return out.toByteArray();
  }

  /** The key of a member of the index that another key is in. */
  static Key ofMember(Key beside, byte[] member) {
    return key(beside.namespace(), beside.service(), member, 0);
  }

  /**
   * Reads a key.
   *
   * @param bytes service, namespace and member, with a colon behind the first two
   * @param from where they begin
   */
  static Key ofFull(byte[] bytes, int from) {
    int service = colon(bytes, from);
    int namespace = colon(bytes, service + 1);
    return key(
        unescaped(bytes, service + 1, namespace),
        unescaped(bytes, from, service),
        bytes,
        namespace + 1);
  }

  private static Key key(String namespace, String service, byte[] bytes, int from) {
    int end = from;
    byte[] name = new byte[bytes.length - from];
    int length = 0;
    while (end < bytes.length) {
      byte b = bytes[end];
      boolean isInside = b == END && end + 1 < bytes.length && bytes[end + 1] == INSIDE;
      if (b == END && !isInside) {
        break;
      }
      name[length++] = b;
      end += isInside ? 2 : 1;
    }
    String item = end < bytes.length ? text(bytes, end + 1, bytes.length) : "";
    return new Key(namespace, service, text(name, 0, length), item);
  }

  private static int colon(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] != ':') {
      at++;
    }
    if (at == bytes.length) {
      throw new IllegalArgumentException(
          "%s (expected: service:namespace:name)".formatted(new String(bytes, UTF_8)));
    }
    return at;
  }

  private static String space(Key key) {
    return escaped(key.service()) + ":" + escaped(key.namespace());
  }

  private static String escaped(String text) {
    return text.indexOf(':') < 0 && text.indexOf('%') < 0
        ? text
        : text.replace("%", "%25").replace(":", "%3A");
  }

  private static String unescaped(byte[] bytes, int from, int to) {
    return text(bytes, from, to).replace("%3A", ":").replace("%25", "%");
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, UTF_8);
  }

  private static byte[] join(String first, byte[] second) {
    return join(first.getBytes(UTF_8), second);
  }

  /** One behind the other. */
  static byte[] join(byte[] head, byte[] second) {
    byte[] joined = Arrays.copyOf(head, head.length + second.length);
    System.arraycopy(second, 0, joined, head.length, second.length);
    return joined;
  }

  /** An end of a range for Redis: what is told of whether it is in it, and a member. */
  static byte[] bound(char kind, byte[] member) {
    return join(String.valueOf(kind), member);
  }

  /** A bound without an end. */
  static byte[] bound(char kind) {
    return String.valueOf(kind).getBytes(ISO_8859_1);
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // each Java has it
    }
  }
}
