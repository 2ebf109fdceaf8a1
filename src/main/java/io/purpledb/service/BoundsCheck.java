package io.purpledb.service;

import io.purpledb.message.Failure;

/** The bounds of keys, items, values and times to live. */
final class BoundsCheck {

  private static final int SHOWN = 64;

  private BoundsCheck() {}

  /** Fails as invalid unless a key or set item is well-formed text within bounds, in bytes. */
  static void key(String name, String text, long min, long max) {
    long bytes = utf8Length(name, text);
    if (bytes < min || bytes > max) {
      throw Failure.invalid(
          "%s: %s is %d bytes of UTF-8 (expected: %d to %d)"
              .formatted(name, shown(text), bytes, min, max));
    }
  }

  /** Fails unless a text is a well-formed value within bounds, in bytes; see {@link #size}. */
  static void text(String name, String text, long min, int max) {
    size(name, utf8Length(name, text), min, max, " of UTF-8");
  }

  /** Fails as invalid when a value is under its bounds, as too large when it is over them. */
  static void size(String name, long bytes, long min, int max) {
    size(name, bytes, min, max, "");
  }

  private static void size(String name, long bytes, long min, int max, String of) {
    if (bytes < min) {
      throw Failure.invalid(
          "%s: %s (expected: %d to %d bytes%s)"
              .formatted(name, bytes == 0 ? "empty" : bytes + " bytes", min, max, of));
    }
    if (bytes > max) {
      throw Failure.tooLarge(
          "%s: %d bytes (expected: %d to %d bytes, the server's max-value-bytes)"
              .formatted(name, bytes, min, max));
    }
  }

  /**
   * Fails as invalid unless a number is within bounds.
   *
   * @param unit what it counts; empty when that need not be said
   */
  static void number(String name, long number, long min, long max, String unit) {
    if (number < min || number > max) {
      throw Failure.invalid(
          "%s: %d (expected: %d to %d%s)"
              .formatted(name, number, min, max, unit.isEmpty() ? "" : " " + unit));
    }
  }

  private static long utf8Length(String name, String text) {
    int length = text.length();
    long bytes = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        continue;
      }
      if (!Character.isSurrogate(c)) {
        bytes += c < 0x800 ? 1 : 2;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        bytes += 2; // 4 bytes for the 2 chars of the pair
        i++;
      } else {
        throw Failure.invalid(
            "%s: a lone surrogate \\u%04x at index %d (expected: well-formed Unicode)"
                .formatted(name, (int) c, i));
      }
    }
    return bytes;
  }

  /** A text in quotes, cut when it is long. */
  private static String shown(String text) {
    return text.length() <= SHOWN
        ? "\"" + text + "\""
        : "\"" + text.substring(0, text.offsetByCodePoints(0, SHOWN / 2)) + "…\"";
  }
}
