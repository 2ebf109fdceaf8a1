package io.purpledb.server.http.parameter;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Texts of a length, or of a list.
 *
 * @param min the fewest characters (code points)
 * @param max the most
 * @param allowed the only texts, or empty when all are
 * @param pattern what they look like, or null when that does not matter
 * @param expectedText what failures call them; empty when that follows from the rest
 */
public record TextType(
    int min, int max, List<String> allowed, @Nullable Pattern pattern, String expectedText)
    implements ValueType {

  /** The keyword with what failures call the texts, where the schema cannot say it. */
  static final String EXPECTED = "x-expected";

  /** Any text. */
  public static final TextType ANY = new TextType(0, Integer.MAX_VALUE, List.of(), null, "");

  static TextType of(JsonObject schema) {
    String pattern = schema.getString("pattern");
    return new TextType(
        schema.getInteger("minLength", 0),
        schema.getInteger("maxLength", Integer.MAX_VALUE),
        schema.getJsonArray("enum", new JsonArray()).stream().map(String::valueOf).toList(),
        pattern == null ? null : Pattern.compile(javaPattern(pattern)),
        schema.getString(EXPECTED, ""));
  }

  /** In JSON Schema a dollar is the end of the text; in Java a line break may follow it. */
  private static String javaPattern(String pattern) {
    return pattern.replaceAll("(?<!\\\\)\\$", "\\\\z");
  }

  @Override
  public @Nullable String parse(String text) {
    int length = text.length();
    if (length > max || length < 2L * min) { // only then can pairs of surrogates matter
      length = text.codePointCount(0, length);
    }
    boolean listed = allowed.isEmpty() || allowed.contains(text);
    boolean fits = pattern == null || pattern.matcher(text).find();
    return listed && fits && length >= min && length <= max ? text : null;
  }

  @Override
  public String expected() {
    if (!expectedText.isEmpty()) {
      return expectedText;
    }
    if (!allowed.isEmpty()) {
      return String.join(", ", allowed);
    }
    if (max < Integer.MAX_VALUE) {
      return "a text of %d to %d characters".formatted(min, max);
    }
    return min == 0 ? "a text" : "a text that is not empty";
  }
}
