package io.purpledb.server.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts of a length, or of a list.
 *
 * @param min the fewest characters (code points)
 * @param max the most
 * @param allowed the only texts, or empty when all are
 */
record TextType(int min, int max, List<String> allowed) implements ValueType {

  static TextType of(JsonObject schema) {
    return new TextType(
        schema.getInteger("minLength", 0),
        schema.getInteger("maxLength", Integer.MAX_VALUE),
        schema.getJsonArray("enum", new JsonArray()).stream().map(String::valueOf).toList());
  }

  @Override
  public @Nullable String parse(String text) {
    int length = text.length();
    if (length > max || length < 2L * min) { // only then can pairs of surrogates matter
      length = text.codePointCount(0, length);
    }
    boolean listed = allowed.isEmpty() || allowed.contains(text);
    return listed && length >= min && length <= max ? text : null;
  }

  @Override
  public String expected() {
    if (!allowed.isEmpty()) {
      return String.join(", ", allowed);
    }
    if (max < Integer.MAX_VALUE) {
      return "a text of %d to %d characters".formatted(min, max);
    }
    return min == 0 ? "a text" : "a text that is not empty";
  }
}
