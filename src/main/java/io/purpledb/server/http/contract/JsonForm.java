package io.purpledb.server.http.contract;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.purpledb.server.http.parameter.ParameterCheck;
import io.purpledb.server.http.parameter.TextType;
import io.purpledb.server.wire.Shown;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a body: an object whose members are texts, or one of several such objects, which
 * differ in their members. Compiled from its schema, like {@link ParameterCheck}.
 */
public final class JsonForm {

  /** A body is bounded before it is parsed, so that a text in it needs no bound of its own. */
  private static final JsonFactory PARSERS =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  /** One of the objects that a body may be. */
  private record Alternative(List<ParameterCheck> members) {

    static Alternative of(JsonObject schema) {
      if (!"object".equals(schema.getString("type"))
          || schema.getBoolean("additionalProperties", true)) {
        throw new IllegalArgumentException(
            "a JSON body (expected: an object without additional properties)");
      }
      JsonArray required = schema.getJsonArray("required", new JsonArray());
      JsonObject properties = schema.getJsonObject("properties");
      return new Alternative(
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

    boolean isOf(Set<String> names) {
      return members.stream()
              .filter(ParameterCheck::required)
              .allMatch(member -> names.contains(member.name()))
          && names.stream().allMatch(name -> ParameterCheck.index(members, name) >= 0);
    }

    void check(Map<String, String> values) {
      values.forEach(
          (name, value) -> members.get(ParameterCheck.index(members, name)).value(value));
    }
  }

  private final List<Alternative> alternatives;

  /** Those of all alternatives; checked as far as they agree. */
  private final List<ParameterCheck> members;

  private JsonForm(List<Alternative> alternatives) {
    this.alternatives = alternatives;
    Map<String, List<ParameterCheck>> byName =
        alternatives.stream()
            .flatMap(alternative -> alternative.members().stream())
            .collect(groupingBy(ParameterCheck::name, LinkedHashMap::new, toList()));
    this.members = byName.values().stream().map(same -> common(same, alternatives.size())).toList();
  }

  /** Whether a schema is of objects with no members but texts. */
  static boolean isFor(JsonObject schema) {
    return schema.getJsonArray("oneOf", new JsonArray().add(schema)).stream()
        .map(JsonObject.class::cast)
        .allMatch(JsonForm::isOfTexts);
  }

  private static boolean isOfTexts(JsonObject schema) {
    JsonObject members = schema.getJsonObject("properties", new JsonObject());
    return "object".equals(schema.getString("type"))
        && Boolean.FALSE.equals(schema.getValue("additionalProperties"))
        && members.stream()
            .filter(member -> !member.getKey().startsWith("__"))
            .allMatch(
                member -> "string".equals(((JsonObject) member.getValue()).getString("type")));
  }

  /**
   * @throws IllegalArgumentException when the schema says what is not checked here
   */
  static JsonForm of(JsonObject schema) {
    JsonArray oneOf = schema.getJsonArray("oneOf", new JsonArray().add(schema));
    return new JsonForm(
        oneOf.stream().map(alternative -> Alternative.of((JsonObject) alternative)).toList());
  }

  private static ParameterCheck common(List<ParameterCheck> same, int alternatives) {
    ParameterCheck first = same.get(0);
    boolean required =
        same.size() == alternatives && same.stream().allMatch(ParameterCheck::required);
    boolean agree = same.stream().allMatch(member -> member.type().equals(first.type()));
    return new ParameterCheck(first.name(), required, agree ? first.type() : TextType.ANY);
  }

  /** The members of a body; fails as invalid when it is not such an object. */
  public Map<String, String> read(ByteString body) {
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
    alternative(values.keySet()).check(values);
    return values;
  }

  private Alternative alternative(Set<String> names) {
    return alternatives.stream()
        .filter(alternative -> alternative.isOf(names))
        .findFirst()
        .orElseThrow(() -> notAnObject("only " + String.join(", ", new TreeSet<>(names))));
  }

  private ParameterCheck member(@Nullable String name) {
    int index = ParameterCheck.index(members, String.valueOf(name));
    if (index >= 0) {
      return members.get(index);
    }
    throw Failure.invalid(
        "%s: unknown member (expected: %s; a JSON document as it is goes as application/octet-stream)"
            .formatted(Shown.cut(String.valueOf(name)), names()));
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
