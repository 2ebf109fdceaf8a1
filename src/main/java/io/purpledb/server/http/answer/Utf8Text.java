package io.purpledb.server.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import io.purpledb.message.Bytes;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Texts in JSON that are there as UTF-8: one that needs no escapes, as nearly all, is copied. Eight
 * bytes are looked at in one step, where the generator would take one for each character.
 */
public final class Utf8Text {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGHEST_BITS = 0x8080_8080_8080_8080L;

  /** Seven bytes without need of an escape, beside one that is looked at alone. */
  private static final long PLAIN = 0x6161_6161_6161_6100L;

  private Utf8Text() {}

  /** Writes a text as a value. */
  public static void write(JsonGenerator json, ByteString text) throws IOException {
    byte[] utf8 = Bytes.of(text);
    if (needsNoEscape(utf8)) {
      json.writeRawUTF8String(utf8, 0, utf8.length);
    } else {
      json.writeString(text.toStringUtf8());
    }
  }

  /** Whether all characters stand for themselves. */
  static boolean needsNoEscape(byte[] utf8) {
    return needsNoEscape(utf8, 0, utf8.length);
  }

  /** The same for a part of them. */
  static boolean needsNoEscape(byte[] utf8, int offset, int size) {
    long found = 0;
    long all = 0;
    int at = offset;
    int end = offset + size - Long.BYTES + 1;
    for (; at < end; at += Long.BYTES) { // no exit and no mask: the compiler takes 32 bytes in one
      long eight = (long) LONGS.get(utf8, at);
      all |= eight;
      found |= asciiEscapes(eight);
    }
    for (; at < offset + size; at++) {
      all |= utf8[at];
      found |= asciiEscapes((utf8[at] & 0xffL) | PLAIN);
    }
    boolean isAscii = (all & HIGHEST_BITS) == 0; // as most are; what needs no more is quicker
    return isAscii ? (found & HIGHEST_BITS) == 0 : needsNoEscapeOfAny(utf8, offset, size);
  }

  private static boolean needsNoEscapeOfAny(byte[] utf8, int offset, int size) {
    long found = 0;
    int at = offset;
    int end = offset + size - Long.BYTES + 1;
    for (; at < end; at += Long.BYTES) {
      found |= escapes((long) LONGS.get(utf8, at));
    }
    for (; at < offset + size; at++) {
      found |= escapes((utf8[at] & 0xffL) | PLAIN);
    }
    return (found & HIGHEST_BITS) == 0;
  }

  /**
   * Has the highest bit of one of eight bytes when one of them needs an escape: when it is below
   * 0x21 with bit 1 turned, as a quotation mark and control characters are, or 0 with the bits of a
   * backslash turned, or has its four upper bits, as the first of a character beyond U+FFFF, which
   * the generator escapes. The other bits mean nothing.
   */
  private static long escapes(long eight) {
    long isOfFour = eight & (eight << 1) & (eight << 2) & (eight << 3);
    return (asciiEscapes(eight) & ~eight) | isOfFour;
  }

  /** The same where all eight are ASCII. */
  private static long asciiEscapes(long eight) {
    long belowLimit = (eight ^ ONES * 2) - ONES * 0x21;
    long isBackslash = (eight ^ ONES * '\\') - ONES;
    return belowLimit | isBackslash;
  }
}
