package io.purpledb.server.http.parameter;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.message.Failure;
import io.purpledb.server.wire.Shown;
import java.util.HexFormat;

/** Percent-encoded text of a URL, decoded strictly: what is malformed is refused, not repaired. */
final class Percent {

  private Percent() {}

  /**
   * Decodes a segment of a path, where a plus sign is a plus sign.
   *
   * @param name what the text is, for the failure
   */
  static String decodeSegment(String name, String raw) {
    return decode(name, raw, '+');
  }

  /** Decodes a name or a value of a query, where a plus sign is a space. */
  static String decodeQuery(String name, String raw) {
    return decode(name, raw, ' ');
  }

  private static String decode(String name, String raw, char plus) {
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%' || c == '+' || !isPrintable(c)) {
        return decodeEscapes(name, raw, plus);
      }
    }
    return raw;
  }

  private static String decodeEscapes(String name, String raw, char plus) {
    byte[] bytes = new byte[raw.length()];
    int length = 0;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        bytes[length++] = escaped(name, raw, i);
        i += 2;
      } else if (isPrintable(c)) {
        bytes[length++] = (byte) (c == '+' ? plus : c);
      } else {
        throw malformed(name, "the character \\u%04x".formatted((int) c));
      }
    }
    ByteString text = UnsafeByteOperations.unsafeWrap(bytes, 0, length);
    if (!text.isValidUtf8()) {
      throw malformed(name, Shown.cut(raw));
    }
    return text.toStringUtf8();
  }

  private static byte escaped(String name, String raw, int percent) {
    int end = Math.min(percent + 3, raw.length());
    if (percent + 3 > end
        || !HexFormat.isHexDigit(raw.charAt(percent + 1))
        || !HexFormat.isHexDigit(raw.charAt(percent + 2))) {
      throw malformed(name, raw.substring(percent, end));
    }
    return (byte) HexFormat.fromHexDigits(raw, percent + 1, end);
  }

  private static boolean isPrintable(char c) {
    return c > ' ' && c <= '~';
  }

  private static Failure malformed(String name, String shown) {
    return Failure.invalid("%s: %s (expected: percent-encoded UTF-8)".formatted(name, shown));
  }
}
