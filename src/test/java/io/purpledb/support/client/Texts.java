package io.purpledb.support.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Text as bytes, also text that Java can hold but UTF-8 cannot. */
final class Texts {

  private Texts() {}

  static boolean isWellFormed(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /** The UTF-8 bytes; a lone surrogate becomes the three bytes that careless clients send. */
  static byte[] bytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    text.codePoints().forEach(codePoint -> bytes.writeBytes(bytes(codePoint)));
    return bytes.toByteArray();
  }

  /** A value for a query; as much as possible is percent-encoded. */
  static String inQuery(String text) {
    return percentEncoded(text, "");
  }

  /**
   * A segment for a path; as little as possible is percent-encoded, because a plus sign, say, means
   * itself there. Dots are, because a path does not keep the segments . and .. as they are.
   */
  static String inPath(String text) {
    return percentEncoded(text, "-_~!$&'()*+,;=:@");
  }

  private static String percentEncoded(String text, String plain) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : bytes(text)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || plain.indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append("%%%02X".formatted((int) c));
      }
    }
    return encoded.toString();
  }

  private static byte[] bytes(int codePoint) {
    boolean loneSurrogate = codePoint >= 0xD800 && codePoint <= 0xDFFF;
    return loneSurrogate
        ? new byte[] {
          (byte) (0xE0 | (codePoint >> 12)),
          (byte) (0x80 | (codePoint >> 6 & 0x3F)),
          (byte) (0x80 | (codePoint & 0x3F))
        }
        : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
  }
}
