package io.purpledb.support.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import io.purpledb.message.Operation;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An operation as a client sends it over HTTP. Where the fields of its request go is derived from
 * openapi.yaml: a field is the parameter of its name, the text or the bytes that have no such
 * parameter, or may do without it, are the body; one field that is left is the one parameter that
 * is left ({@code ttl_seconds} is {@code ttl}). A contract that is less clear has to be told here.
 *
 * @param fields the field of each parameter, by its name
 * @param body the field that is the body; null when there is none
 * @param type the media type of the body, or of the answer when there is no body
 */
record HttpCall(
    Operation operation,
    HttpMethod method,
    String path,
    Map<String, FieldDescriptor> fields,
    @Nullable FieldDescriptor body,
    String type) {

  private static final String JSON = "application/json";

  /** Media types of bodies that are a value as it is, the one that is taken first. */
  private static final List<String> BARE = List.of("application/octet-stream", "text/plain");

  /** How the key is written, which is as it is. */
  private static final String OF_THE_KEY = "keyEncoding";

  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");
  private static final Map<String, HttpCall> KNOWN = new ConcurrentHashMap<>();

  /** How an operation is sent. */
  static HttpCall of(Operation operation) {
    return KNOWN.computeIfAbsent(operation.id(), id -> find(operation));
  }

  private static HttpCall find(Operation operation) {
    JsonObject paths = ContractCheck.paths();
    for (String path : paths.fieldNames()) {
      JsonObject shared = paths.getJsonObject(path);
      for (String method : shared.fieldNames()) {
        if (METHODS.contains(method)
            && operation.id().equals(shared.getJsonObject(method).getString("operationId"))) {
          return derive(operation, path, method, shared);
        }
      }
    }
    throw new AssertionError(operation.id() + " (expected: an operation of openapi.yaml)");
  }

  private static HttpCall derive(
      Operation operation, String path, String method, JsonObject shared) {
    JsonObject contract = shared.getJsonObject(method);
    Map<String, JsonObject> parameters = new LinkedHashMap<>();
    Stream.of(shared, contract)
        .flatMap(some -> some.getJsonArray("parameters", new JsonArray()).stream())
        .map(JsonObject.class::cast)
        .filter(parameter -> !parameter.getString("in").equals("header"))
        .forEach(parameter -> parameters.put(parameter.getString("name"), parameter));
    parameters.remove(OF_THE_KEY);
    List<FieldDescriptor> left =
        new ArrayList<>(operation.request().getDescriptorForType().getFields());
    JsonObject content = contract.getJsonObject("requestBody", new JsonObject());
    String bodyType = bare(content.getJsonObject("content", new JsonObject()).fieldNames());
    FieldDescriptor body = null;
    if (!bodyType.isEmpty()) {
      body =
          only(
              operation,
              left.stream().filter(field -> isBody(field, parameters)).toList(),
              "field that is the body");
      parameters.remove(body.getName());
      left.remove(body);
    }
    Map<String, FieldDescriptor> fields = new LinkedHashMap<>();
    for (FieldDescriptor field : List.copyOf(left)) {
      if (parameters.remove(field.getName()) != null) {
        fields.put(field.getName(), field);
        left.remove(field);
      }
    }
    parameters.values().removeIf(parameter -> left.isEmpty() && !isRequired(parameter));
    if (!left.isEmpty() || !parameters.isEmpty()) {
      fields.put(
          only(operation, List.copyOf(parameters.keySet()), "parameter that no field is"),
          only(operation, left, "field that is no parameter"));
    }
    return new HttpCall(
        operation,
        HttpMethod.valueOf(method.toUpperCase(Locale.ROOT)),
        path,
        fields,
        body,
        bodyType.isEmpty() ? accepted(contract) : bodyType);
  }

  private static boolean isBody(FieldDescriptor field, Map<String, JsonObject> parameters) {
    JsonObject parameter = parameters.get(field.getName());
    boolean isBare =
        field.getJavaType() == JavaType.STRING || field.getJavaType() == JavaType.BYTE_STRING;
    return isBare && (parameter == null || !isRequired(parameter));
  }

  private static boolean isRequired(JsonObject parameter) {
    return parameter.getBoolean("required", false);
  }

  private static <T> T only(Operation operation, List<T> found, String what) {
    if (found.size() != 1) {
      throw new AssertionError("%s: %s (expected: one %s)".formatted(operation.id(), found, what));
    }
    return found.get(0);
  }

  /** The media type that a client asks for: the value as it is, where that is offered. */
  private static String accepted(JsonObject contract) {
    JsonObject responses = contract.getJsonObject("responses");
    Set<String> types =
        responses.fieldNames().stream()
            .filter(status -> status.startsWith("2"))
            .map(status -> responses.getJsonObject(status))
            .flatMap(answer -> answer.getJsonObject("content", new JsonObject()).stream())
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    String bare = bare(types);
    if (!bare.isEmpty()) {
      return bare;
    }
    return types.contains(JSON) ? JSON : "*/*";
  }

  private static String bare(Set<String> types) {
    return BARE.stream().filter(types::contains).findFirst().orElse("");
  }

  /** Path and query of a request, as they are sent. */
  String uri(Message request) {
    String uri = path;
    String separator = "?";
    for (Map.Entry<String, FieldDescriptor> entry : fields.entrySet()) {
      String value = String.valueOf(request.getField(entry.getValue()));
      String placeholder = "{" + entry.getKey() + "}";
      if (path.contains(placeholder)) {
        uri = uri.replace(placeholder, Texts.inPath(value));
      } else {
        uri += separator + entry.getKey() + "=" + Texts.inQuery(value);
        separator = "&";
      }
    }
    return uri;
  }

  /** The body of a request; null when it has none. */
  @Nullable Buffer body(Message request) {
    if (body == null) {
      return null;
    }
    return request.getField(body) instanceof ByteString bytes
        ? Buffer.buffer(bytes.toByteArray())
        : Buffer.buffer(Texts.bytes((String) request.getField(body)));
  }

  /** The response that an answer stands for. */
  Message response(Buffer answer) {
    Message.Builder response = operation.response().newBuilderForType();
    Descriptor type = response.getDescriptorForType();
    if (type.getFields().isEmpty()) {
      return response.build();
    }
    if (BARE.contains(this.type)) {
      FieldDescriptor bare = only(operation, type.getFields(), "field that is the answer");
      return response.setField(bare, bare(bare, answer)).build();
    }
    JsonObject json = new JsonObject(answer);
    for (FieldDescriptor field : type.getFields()) {
      Object value = json.getValue(field.getName());
      if (value == null) {
        throw new AssertionError("%s (expected: with %s)".formatted(json, field.getName()));
      }
      if (value instanceof JsonArray all) {
        all.forEach(one -> response.addRepeatedField(field, value(field, one)));
      } else {
        response.setField(field, value(field, value));
      }
    }
    return response.build();
  }

  private static Object bare(FieldDescriptor field, Buffer answer) {
    ByteString bytes = ByteString.copyFrom(answer.getBytes());
    return field.getJavaType() == JavaType.STRING ? bytes.toStringUtf8() : bytes;
  }

  private static Object value(FieldDescriptor field, Object json) {
    return switch (field.getJavaType()) {
      case LONG -> ((Number) json).longValue();
      case BOOLEAN, STRING -> json;
      default ->
          throw new AssertionError(
              field.getFullName() + " (expected: a type that this client reads from JSON)");
    };
  }
}
