package io.purpledb.server.http;

/** Values as failures show them. */
final class Shown {

  private static final int LONGEST = 64;

  private Shown() {}

  /** A text, cut when it is long. */
  static String cut(String text) {
    if (text.length() <= LONGEST) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return text.substring(0, end) + "…";
  }
}
