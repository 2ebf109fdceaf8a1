package io.purpledb.server.http.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.purpledb.server.wire.Shown;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a body with any schema: an object with other objects, arrays and numbers in it.
 * The schema is checked by the validator of vertx-json-schema, which costs more than {@link
 * JsonForm} and knows all of it.
 */
final class JsonDocument {

  /** Deeper is nothing that a schema of ours has. */
  private static final int MAX_DEPTH = 32;

  /** Whatever a 64-bit number or a double has. */
  private static final int MAX_DIGITS = 400;

  private static final JsonFactory PARSERS =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE) // a body is bounded before it is parsed
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .build())
          .build();

  private static final JsonSchemaOptions OPTIONS =
      new JsonSchemaOptions()
          .setBaseUri("app://body")
          .setDraft(Draft.DRAFT4) // of OpenAPI 3.0
          .setOutputFormat(OutputFormat.Basic);

  private final Validator validator;

  private JsonDocument(Validator validator) {
    this.validator = validator;
  }

  /**
   * Compiles a schema.
   *
   * @param schema without references
   */
  static JsonDocument of(JsonObject schema) {
    return new JsonDocument(Validator.create(JsonSchema.of(schema), OPTIONS));
  }

  /** The object that a body is; fails as invalid when it is none, or not one of the schema. */
  JsonObject read(ByteString body) {
    if (!body.isValidUtf8()) {
      throw invalid("not UTF-8", "a JSON object in UTF-8");
    }
    Object document;
    try (JsonParser parser = PARSERS.createParser(body.newInput())) {
      parser.nextToken();
      document = value(parser);
      if (parser.nextToken() != null) {
        throw invalid("more than one value", "a JSON object");
      }
    } catch (JsonProcessingException e) {
      throw invalid(e.getOriginalMessage(), "a JSON object");
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory cannot be read", e);
    }
    if (!(document instanceof JsonObject object)) {
      throw invalid("no object", "a JSON object");
    }
    OutputUnit result = validator.validate(object);
    if (!Boolean.TRUE.equals(result.getValid())) {
      throw failure(result);
    }
    return object;
  }

  /**
   * Of its errors the first of the innermost place says what is wrong; the others follow from it.
   */
  private static Failure failure(OutputUnit result) {
    List<OutputUnit> errors = result.getErrors();
    OutputUnit innermost = result;
    for (OutputUnit error : errors == null ? List.<OutputUnit>of() : errors) {
      if (innermost == result || depth(error) > depth(innermost)) {
        innermost = error;
      }
    }
    String at = String.valueOf(innermost.getInstanceLocation()).replaceFirst("^#?/?", "");
    return Failure.invalid(
        "body%s: %s (expected: what the contract says)"
            .formatted(
                at.isEmpty() ? "" : " at " + Shown.cut(at),
                Shown.cut(String.valueOf(innermost.getError()))));
  }

  private static long depth(OutputUnit error) {
    return String.valueOf(error.getInstanceLocation()).chars().filter(c -> c == '/').count();
  }

  private static Failure invalid(String is, String expected) {
    return Failure.invalid("body: %s (expected: %s)".formatted(Shown.cut(is), expected));
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw invalid("empty", "a JSON object");
    }
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  private static JsonObject object(JsonParser parser) throws IOException {
    JsonObject object = new JsonObject();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      object.put(name, value(parser));
    }
    return object;
  }

  private static JsonArray array(JsonParser parser) throws IOException {
    JsonArray array = new JsonArray();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(parser));
    }
    return array;
  }
}
