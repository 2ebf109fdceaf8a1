package io.purpledb.server.wire;

import java.nio.charset.StandardCharsets;

/** Values as failures show them. */
public final class Shown {

  private static final int LONGEST = 64;

  private Shown() {}

  /** A text that any answer can carry: cut when it is long, a lone surrogate as question mark. */
  public static String cut(String text) {
    return cut(text, LONGEST);
  }

  /** The same with another bound for its length. */
  public static String cut(String text, int longest) {
    int end = Math.min(longest, text.length());
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--; // not within a character
    }
    String shown = end == text.length() ? text : text.substring(0, end) + "…";
    return new String(shown.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
