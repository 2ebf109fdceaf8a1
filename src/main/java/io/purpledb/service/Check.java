package io.purpledb.service;

import io.purpledb.message.Failure;

/** The bounds of keys, items, values and times to live. */
final class Check {

  /** The largest key or set item, in bytes of UTF-8. */
  static final int MAX_KEY_BYTES = 1024;

  private static final int SHOWN = 64;

  private Check() {}

  /** Fails as invalid unless a key or set item is well-formed text of 1 to 1,024 bytes. */
  static void key(String name, String text) {
    long bytes = utf8Length(name, text);
    if (bytes < 1 || bytes > MAX_KEY_BYTES) {
      throw Failure.invalid(
          "%s: %s is %d bytes of UTF-8 (expected: 1 to %d)"
              .formatted(name, shown(text), bytes, MAX_KEY_BYTES));
    }
  }

  /** Fails unless a cache value is well-formed, not empty, and not over the bound. */
  static void text(String name, String text, int maxBytes) {
    long bytes = utf8Length(name, text);
    if (bytes == 0) {
      throw Failure.invalid(
          "%s: empty (expected: 1 to %d bytes of UTF-8)".formatted(name, maxBytes));
    }
    size(name, bytes, 1, maxBytes);
  }

  /** Fails as too large when a value is over the bound. */
  static void size(String name, long bytes, int min, int max) {
    if (bytes > max) {
      throw Failure.tooLarge(
          "%s: %d bytes (expected: %d to %d bytes, the server's max-value-bytes)"
              .formatted(name, bytes, min, max));
    }
  }

  /** Fails as invalid unless a time to live is 0 (the default) to the bound. */
  static void ttl(long seconds, long maxSeconds) {
    if (seconds < 0 || seconds > maxSeconds) {
      throw Failure.invalid(
          "ttl_seconds: %d (expected: 0 to %d seconds; 0 means the default)"
              .formatted(seconds, maxSeconds));
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
