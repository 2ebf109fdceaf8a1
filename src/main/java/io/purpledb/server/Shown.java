package io.purpledb.server;

import java.nio.charset.StandardCharsets;

/** Values as failures show them. */
public final class Shown {

  private static final int LONGEST = 64;

  private Shown() {}

  /** A text that any answer can carry: cut when it is long, a lone surrogate as question mark. */
  public static String cut(String text) {
    String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    return new String(shown.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
