package io.purpledb.message;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of any message, by its descriptor: members have the JSON names of the contract,
 * 64-bit numbers are numbers, bytes are base64, an enum is its name. A field that is not set has
 * the value of its type, but a message that is not set is left out. It differs from protobuf's own
 * mapping in the numbers, which there are texts.
 */
public final class JsonMessages {

  private static final int SHOWN = 64;

  private JsonMessages() {}

  /** Reads a message; fails as invalid on an unknown member or a value of another type. */
  public static Message fromJson(JsonObject json, Message prototype) {
    return read(json, prototype.newBuilderForType(), "");
  }

  /** Writes a message. */
  public static JsonObject toJson(Message message) {
    JsonObject json = new JsonObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (!field.hasPresence() || message.hasField(field)) {
        json.put(field.getJsonName(), plain(field, message.getField(field)));
      }
    }
    return json;
  }

  private static Object plain(FieldDescriptor field, Object value) {
    if (field.isMapField()) {
      JsonObject members = new JsonObject();
      for (Object entry : (List<?>) value) {
        Message member = (Message) entry;
        FieldDescriptor content = content(field);
        members.put(
            String.valueOf(member.getField(key(field))),
            plainOne(content, member.getField(content)));
      }
      return members;
    }
    if (value instanceof List<?> items) {
      return new JsonArray(items.stream().map(item -> plainOne(field, item)).toList());
    }
    return plainOne(field, value);
  }

  private static Object plainOne(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case BYTE_STRING -> Base64.getEncoder().encodeToString(((ByteString) value).toByteArray());
      case MESSAGE -> toJson((Message) value);
      case ENUM -> ((EnumValueDescriptor) value).getName();
      default -> value;
    };
  }

  private static FieldDescriptor key(FieldDescriptor map) {
    return map.getMessageType().findFieldByNumber(1);
  }

  private static FieldDescriptor content(FieldDescriptor map) {
    return map.getMessageType().findFieldByNumber(2);
  }

  /**
   * @param path where the object is, for failures: empty or with a dot at its end
   */
  private static Message read(JsonObject json, Message.Builder builder, String path) {
    for (Map.Entry<String, Object> member : json.getMap().entrySet()) {
      FieldDescriptor field = field(builder, member.getKey(), path);
      put(builder, field, json.getValue(member.getKey()), path + member.getKey());
    }
    return builder.build();
  }

  private static FieldDescriptor field(Message.Builder builder, String name, String path) {
    List<FieldDescriptor> fields = builder.getDescriptorForType().getFields();
    return fields.stream()
        .filter(field -> field.getJsonName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.invalid(
                    "%s%s: unknown member (expected: one of %s)"
                        .formatted(
                            path,
                            name,
                            fields.stream().map(FieldDescriptor::getJsonName).toList())));
  }

  private static void put(
      Message.Builder builder, FieldDescriptor field, @Nullable Object value, String path) {
    if (field.isMapField()) {
      putMembers(builder, field, value, path);
    } else if (field.isRepeated()) {
      if (!(value instanceof JsonArray items)) {
        throw wrong(path, value, "an array");
      }
      for (int i = 0; i < items.size(); i++) {
        String at = path + "[" + i + "]";
        builder.addRepeatedField(field, one(builder, field, items.getValue(i), at));
      }
    } else {
      builder.setField(field, one(builder, field, value, path));
    }
  }

  private static void putMembers(
      Message.Builder builder, FieldDescriptor field, @Nullable Object value, String path) {
    if (!(value instanceof JsonObject members)) {
      throw wrong(path, value, "an object");
    }
    if (key(field).getJavaType() != FieldDescriptor.JavaType.STRING) {
      throw new IllegalArgumentException(field + " (expected: a map with texts for keys)");
    }
    for (String name : members.fieldNames()) {
      wellFormed(name, path);
      Message.Builder entry = builder.newBuilderForField(field);
      Object content = one(entry, content(field), members.getValue(name), path + "." + name);
      builder.addRepeatedField(
          field, entry.setField(key(field), name).setField(content(field), content).build());
    }
  }

  private static Object one(
      Message.Builder builder, FieldDescriptor field, @Nullable Object value, String path) {
    Object read =
        switch (field.getJavaType()) {
          case STRING -> value instanceof String text ? wellFormed(text, path) : null;
          case BOOLEAN -> value instanceof Boolean ? value : null;
          case LONG -> value instanceof Number number ? whole(number) : null;
          case INT -> value instanceof Number number ? whole32(number) : null;
          case DOUBLE -> value instanceof Number number ? finite(number) : null;
          case FLOAT -> value instanceof Number number ? finite32(number) : null;
          case BYTE_STRING -> bytes(value, path);
          case ENUM ->
              value instanceof String name ? field.getEnumType().findValueByName(name) : null;
          case MESSAGE ->
              value instanceof JsonObject members
                  ? read(members, builder.newBuilderForField(field), path + ".")
                  : null;
        };
    if (read == null) {
      throw wrong(path, value, expected(field));
    }
    return read;
  }

  private static String expected(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> "an object";
      case ENUM ->
          "one of "
              + field.getEnumType().getValues().stream().map(EnumValueDescriptor::getName).toList();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  /** Whether all of it has a form in UTF-8. A lone surrogate has none: it would be another text. */
  public static boolean isWellFormed(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static String wellFormed(String text, String path) {
    if (!isWellFormed(text)) {
      throw Failure.invalid(path + ": a lone surrogate (expected: well-formed Unicode)");
    }
    return text;
  }

  /** JSON has larger numbers, and no form for what they would become. */
  private static @Nullable Double finite(Number number) {
    double value = number.doubleValue();
    return Double.isFinite(value) ? value : null;
  }

  private static @Nullable Float finite32(Number number) {
    float value = number.floatValue();
    return Float.isFinite(value) ? value : null;
  }

  private static @Nullable Long whole(Number number) {
    return number instanceof Long || number instanceof Integer ? number.longValue() : null;
  }

  private static @Nullable Integer whole32(Number number) {
    return number instanceof Integer ? number.intValue() : null;
  }

  private static @Nullable ByteString bytes(@Nullable Object value, String path) {
    if (value instanceof byte[] bytes) {
      return ByteString.copyFrom(bytes);
    }
    if (!(value instanceof String base64)) {
      return null;
    }
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw Failure.invalid("%s: %s (expected: base64)".formatted(path, e.getMessage()));
    }
  }

  private static Failure wrong(String path, @Nullable Object value, String expected) {
    return Failure.invalid("%s: %s (expected: %s)".formatted(path, shown(value), expected));
  }

  private static String shown(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() <= SHOWN
        ? text
        : text.substring(0, text.offsetByCodePoints(0, SHOWN / 2)) + "…";
  }
}
