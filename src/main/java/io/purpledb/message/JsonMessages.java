package io.purpledb.message;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * The plain JSON form of the messages, for Vert.x applications without Purple's classes: the
 * members have the JSON names of proto/purple/v1, 64-bit numbers are numbers, bytes are base64.
 */
final class JsonMessages {

  private JsonMessages() {}

  /** Reads a message; fails as invalid on an unknown member or a value of another type. */
  static Message fromJson(JsonObject json, Message prototype) {
    Message.Builder builder = prototype.newBuilderForType();
    for (String name : json.fieldNames()) {
      FieldDescriptor field = field(prototype, name);
      builder.setField(field, value(field, json.getValue(name)));
    }
    return builder.build();
  }

  static JsonObject toJson(Message message) {
    JsonObject json = new JsonObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      Object value = message.getField(field);
      if (value instanceof ByteString bytes) {
        json.put(field.getJsonName(), Base64.getEncoder().encodeToString(bytes.toByteArray()));
      } else if (value instanceof List<?> items) {
        json.put(field.getJsonName(), new JsonArray(List.copyOf(items)));
      } else {
        json.put(field.getJsonName(), value);
      }
    }
    return json;
  }

  private static FieldDescriptor field(Message prototype, String name) {
    List<FieldDescriptor> fields = prototype.getDescriptorForType().getFields();
    return fields.stream()
        .filter(field -> field.getJsonName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.invalid(
                    "%s: unknown member (expected: one of %s)"
                        .formatted(
                            name, fields.stream().map(FieldDescriptor::getJsonName).toList())));
  }

  private static Object value(FieldDescriptor field, Object value) {
    switch (field.getJavaType()) {
      case STRING -> {
        if (value instanceof String) {
          return value;
        }
      }
      case BOOLEAN -> {
        if (value instanceof Boolean) {
          return value;
        }
      }
      case LONG -> {
        if (value instanceof Long || value instanceof Integer) {
          return ((Number) value).longValue();
        }
      }
      case BYTE_STRING -> {
        if (value instanceof byte[] bytes) {
          return ByteString.copyFrom(bytes);
        }
        if (value instanceof String base64) {
          return bytes(field, base64);
        }
      }
      default -> {}
    }
    throw Failure.invalid(
        "%s: %s (expected: %s)"
            .formatted(
                field.getJsonName(), value, field.getType().name().toLowerCase(Locale.ROOT)));
  }

  private static ByteString bytes(FieldDescriptor field, String base64) {
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw Failure.invalid(
          "%s: %s (expected: base64)".formatted(field.getJsonName(), e.getMessage()));
    }
  }
}
