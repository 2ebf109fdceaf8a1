package io.purpledb.server.http.parameter;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Integers in decimal digits, within bounds.
 *
 * @param expected what a text must be
 */
record IntegerType(long min, long max, String expected) implements ValueType {

  static IntegerType of(JsonObject schema) {
    String format = String.valueOf(schema.getString("format"));
    return switch (format) {
      case "int32" -> of(schema, Integer.MIN_VALUE, Integer.MAX_VALUE, "a 32-bit integer");
      case "int64" -> of(schema, Long.MIN_VALUE, Long.MAX_VALUE, "a 64-bit integer");
      default ->
          throw new IllegalArgumentException(
              "format %s (expected: int32, int64)".formatted(format));
    };
  }

  private static IntegerType of(JsonObject schema, long least, long most, String all) {
    long min = schema.getLong("minimum", least);
    long max = schema.getLong("maximum", most);
    boolean bounded = min > least || max < most;
    String expected = bounded ? "an integer of %d to %d".formatted(min, max) : all;
    return new IntegerType(min, max, schema.getString(TextType.EXPECTED, expected));
  }

  @Override
  public @Nullable Long parse(String text) {
    if (!isDecimal(text)) {
      return null;
    }
    try {
      long value = Long.parseLong(text);
      return value >= min && value <= max ? value : null;
    } catch (NumberFormatException e) { // no digits, or more than 64 bits
      return null;
    }
  }

  /** Whether it has the digits 0 to 9 only; parseLong takes those of other scripts, too. */
  private static boolean isDecimal(String text) {
    int start = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    for (int i = start; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
