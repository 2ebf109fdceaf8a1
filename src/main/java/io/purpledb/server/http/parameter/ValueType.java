package io.purpledb.server.http.parameter;

import io.vertx.core.json.JsonObject;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of a parameter, compiled from its schema. A schema that says more than is understood
 * here ends the start, so that nothing the contract promises goes unchecked.
 */
public interface ValueType {

  /** The keywords of a schema that check nothing. */
  Set<String> NOTES =
      Set.of("type", "description", "title", "example", "examples", "default", "deprecated");

  /**
   * Compiles a schema.
   *
   * @param schema an OpenAPI schema of type string, integer or boolean
   * @throws IllegalArgumentException when the schema says what is not checked here
   */
  static ValueType of(JsonObject schema) {
    String type = String.valueOf(schema.getString("type"));
    return switch (type) {
      case "string" ->
          TextType.of(
              schema.containsKey(TextType.EXPECTED)
                  ? understood(
                      schema, "minLength", "maxLength", "enum", "pattern", TextType.EXPECTED)
                  : understood(schema, "minLength", "maxLength", "enum"));
      case "integer" ->
          IntegerType.of(understood(schema, "format", "minimum", "maximum", TextType.EXPECTED));
      case "boolean" -> {
        understood(schema);
        yield new FlagType();
      }
      default ->
          throw new IllegalArgumentException(
              "type %s (expected: string, integer or boolean)".formatted(type));
    };
  }

  /** The value, or null when the text is none of this type: a String, a Long or a Boolean. */
  @Nullable Object parse(String text);

  /** What a text must be, for failures. */
  String expected();

  private static JsonObject understood(JsonObject schema, String... checked) {
    for (String keyword : schema.fieldNames()) {
      boolean libraryNote = keyword.startsWith("__");
      if (!libraryNote && !NOTES.contains(keyword) && !Set.of(checked).contains(keyword)) {
        throw new IllegalArgumentException(
            "%s in its schema is not checked (expected: one of %s)"
                .formatted(keyword, Set.of(checked)));
      }
    }
    return schema;
  }
}
