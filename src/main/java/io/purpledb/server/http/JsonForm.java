package io.purpledb.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a body: an object whose members are texts. Compiled from its schema, like {@link
 * ParameterCheck}.
 */
final class JsonForm {

  /** A body is bounded before it is parsed, so that a text in it needs no bound of its own. */
  private static final JsonFactory PARSERS =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private final List<ParameterCheck> members;

  private JsonForm(List<ParameterCheck> members) {
    this.members = members;
  }

  /**
   * @throws IllegalArgumentException when the schema says what is not checked here
   */
  static JsonForm of(JsonObject schema) {
    if (!"object".equals(schema.getString("type"))
        || schema.getBoolean("additionalProperties", true)) {
      throw new IllegalArgumentException(
          "a JSON body (expected: an object without additional properties)");
    }
    JsonArray required = schema.getJsonArray("required", new JsonArray());
    JsonObject properties = schema.getJsonObject("properties");
    return new JsonForm(
        properties.fieldNames().stream()
            .filter(name -> !name.startsWith("__"))
            .map(name -> member(name, required.contains(name), properties.getJsonObject(name)))
            .toList());
  }

  private static ParameterCheck member(String name, boolean required, JsonObject schema) {
    ParameterCheck member = ParameterCheck.of(name, required, schema);
    if (!(member.type() instanceof TextType)) {
      throw new IllegalArgumentException(name + ": not a text (expected: texts only)");
    }
    return member;
  }

  /** The members of a body; fails as invalid when it is not such an object. */
  Map<String, String> read(ByteString body) {
    if (!body.isValidUtf8()) {
      throw notAnObject("not UTF-8");
    }
    try (JsonParser parser = PARSERS.createParser(body.toStringUtf8())) {
      return read(parser);
    } catch (JsonProcessingException e) {
      throw notAnObject(e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory cannot be read", e);
    }
  }

  private Map<String, String> read(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw notAnObject("not a JSON object");
    }
    Map<String, String> values = new HashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      ParameterCheck member = member(parser.currentName());
      if (values.put(member.name(), text(member, parser)) != null) {
        throw member.repeated();
      }
    }
    if (parser.nextToken() != null) {
      throw notAnObject("more than one value");
    }
    for (ParameterCheck member : members) {
      if (member.required() && !values.containsKey(member.name())) {
        throw member.missing();
      }
    }
    return values;
  }

  private ParameterCheck member(@Nullable String name) {
    int index = ParameterCheck.index(members, String.valueOf(name));
    if (index >= 0) {
      return members.get(index);
    }
    throw Failure.invalid(
        "%s: unknown member (expected: %s)".formatted(Shown.cut(String.valueOf(name)), names()));
  }

  private static String text(ParameterCheck member, JsonParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    if (token != JsonToken.VALUE_STRING) {
      throw member.wrong(token.isScalarValue() ? parser.getText() : "an object or array");
    }
    String text = parser.getText();
    if (!isWellFormed(text)) {
      throw member.wrong("a lone surrogate");
    }
    return (String) member.value(text);
  }

  private static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))
          && !Character.isSupplementaryCodePoint(text.codePointAt(i++))) {
        return false;
      }
    }
    return true;
  }

  private Failure notAnObject(String why) {
    return Failure.invalid(
        "body: %s (expected: a JSON object with %s)".formatted(Shown.cut(why), names()));
  }

  private String names() {
    return members.stream().map(ParameterCheck::name).collect(Collectors.joining(", "));
  }
}
