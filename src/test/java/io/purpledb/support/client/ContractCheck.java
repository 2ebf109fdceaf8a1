package io.purpledb.support.client;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Whether an answer is one that openapi.yaml declares: its status, its media type, the headers that
 * tell a client what to do, and what its schema says of its body. Every answer that a test gets
 * over HTTP is checked.
 */
public final class ContractCheck {

  private static final String RESOURCE = "openapi.yaml";

  /** The parser takes no larger texts. */
  private static final int LARGEST_JSON = 16 << 20;

  /** What an answer may say beyond what every answer or its body has. */
  private static final List<String> HEADERS =
      List.of("Allow", "Retry-After", "Accept-Encoding", "Location", "Vary");

  /** Paths that are there, and lead to one of the contract. */
  private static final Set<String> LEADING_ELSEWHERE = Set.of("/", "/docs/");

  private static final int NO_SUCH_PATH = 404;
  private static final int NO_SUCH_METHOD = 405;

  private static final SchemaRepository SCHEMAS =
      SchemaRepository.create(
          new JsonSchemaOptions()
              .setBaseUri("app://contract")
              .setDraft(Draft.DRAFT4) // of OpenAPI 3.0
              .setOutputFormat(OutputFormat.Basic));

  /** The contract with what it refers to in the place of the references. */
  private static final JsonObject CONTRACT = resolved(read());

  private static final Map<JsonObject, Validator> VALIDATORS =
      Collections.synchronizedMap(new IdentityHashMap<>());

  /** What any answer may depend on: who asks from a browser, and whether it is long. */
  private static final Set<String> VARY_OF_ALL = Set.of("origin", "accept-encoding");

  private ContractCheck() {}

  /** The paths of the contract, with what they refer to in the place of the references. */
  static JsonObject paths() {
    return CONTRACT.getJsonObject("paths");
  }

  /**
   * Checks an answer.
   *
   * @param uri the path and the query that were asked for, as they were sent
   * @throws AssertionError when it is not declared
   */
  public static void check(
      String method, String uri, int status, MultiMap headers, @Nullable Buffer body) {
    String answer =
        "%s %s answered %d %s".formatted(method, uri, status, headers.get("content-type"));
    Optional<JsonObject> path = path(uri.replaceFirst("[?].*", ""));
    JsonObject operation =
        path.map(operations -> operations.getJsonObject(name(method))).orElse(null);
    JsonObject responses =
        operation == null
            ? CONTRACT.getJsonObject("x-other-responses")
            : operation.getJsonObject("responses");
    require(
        responses.containsKey("" + status),
        "%s (declared: %s)".formatted(answer, responses.fieldNames()));
    if (operation == null) {
      boolean isThere =
          path.isPresent() || LEADING_ELSEWHERE.contains(uri.replaceFirst("[?].*", ""));
      require(status != (isThere ? NO_SUCH_PATH : NO_SUCH_METHOD), answer);
    }
    checkHeaders(
        answer,
        responses.getJsonObject("" + status).getJsonObject("headers", new JsonObject()),
        headers);
    checkContent(
        answer,
        responses.getJsonObject("" + status).getJsonObject("content", new JsonObject()),
        headers.get("content-type"),
        method.equals("HEAD") ? null : body);
  }

  private static void checkHeaders(String answer, JsonObject declared, MultiMap headers) {
    for (String name : HEADERS) {
      List<String> values = headers.getAll(name);
      boolean isOfAll = name.equals("Vary") && VARY_OF_ALL.containsAll(values);
      require(
          values.isEmpty() || isOfAll || declared.containsKey(name),
          "%s with %s: %s (declared: %s)".formatted(answer, name, values, declared.fieldNames()));
    }
    declared.forEach(
        header ->
            require(
                !(header.getValue() instanceof JsonObject model)
                    || !model.getBoolean("required", false)
                    || headers.contains(header.getKey()),
                "%s without %s".formatted(answer, header.getKey())));
  }

  private static void checkContent(
      String answer, JsonObject content, @Nullable String type, @Nullable Buffer body) {
    if (content.isEmpty()) {
      require(
          type == null && (body == null || body.length() == 0), answer + " (declared: no body)");
      return;
    }
    String name = type == null ? "" : type.replaceFirst(";.*", "");
    require(content.containsKey(name), "%s (declared: %s)".formatted(answer, content.fieldNames()));
    JsonObject schema = content.getJsonObject(name).getJsonObject("schema");
    if (body == null || body.length() > LARGEST_JSON || "string".equals(schema.getString("type"))) {
      return;
    }
    JsonObject json = name.endsWith("yaml") ? yaml(body.toString()) : new JsonObject(body);
    OutputUnit result =
        VALIDATORS
            .computeIfAbsent(schema, found -> SCHEMAS.validator(JsonSchema.of(found)))
            .validate(json);
    require(
        Boolean.TRUE.equals(result.getValid()), answer + ": " + body + ": " + result.getErrors());
    JsonObject properties = schema.getJsonObject("properties");
    require(
        properties == null || properties.fieldNames().containsAll(json.fieldNames()),
        "%s: %s (declared: %s)".formatted(answer, body, properties));
  }

  private static String name(String method) {
    return switch (method) {
      case "HEAD" -> "get";
      case "GET", "PUT", "DELETE" -> method.toLowerCase(Locale.ROOT);
      default -> "no operation has it";
    };
  }

  /** The operations of a path, if the contract has it. */
  private static Optional<JsonObject> path(String path) {
    JsonObject paths = CONTRACT.getJsonObject("paths");
    return paths.fieldNames().stream()
        .filter(template -> path.matches(template.replaceAll("[{][a-z]+[}]", "[^/]+")))
        .findFirst()
        .map(paths::getJsonObject);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static JsonObject resolved(JsonObject contract) {
    SCHEMAS.dereference(JsonSchema.of(contract));
    return SCHEMAS.resolve(contract);
  }

  private static JsonObject read() {
    try (InputStream in = ContractCheck.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      return yaml(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonObject yaml(String text) {
    Map<String, Object> members = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    return new JsonObject(members);
  }
}
