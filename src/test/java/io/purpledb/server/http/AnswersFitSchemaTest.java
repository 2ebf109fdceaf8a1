package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.server.http.contract.OperationCheck;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of the contract are sent; the answers are what its schemas promise. */
class AnswersFitSchemaTest {

  private static final List<String> ORDER = List.of("PUT", "GET", "DELETE");
  private static final int EXAMPLES = 3; // of the parameter that has most
  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  /**
   * A request made of examples.
   *
   * @param bodyType the media type of the body, or null when there is none
   * @param accept the media type to ask for, or null when the answer has no body
   */
  private record Example(
      Operation operation,
      String path,
      @Nullable String bodyType,
      Buffer body,
      @Nullable String accept) {

    @Override
    public String toString() {
      return operation.getOperationId() + " " + path + " " + bodyType + " " + accept;
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void anExampleIsAnswered(Example example) {
    List<String> headers = new ArrayList<>();
    if (example.bodyType() != null) {
      headers.addAll(List.of("content-type", example.bodyType()));
    }
    if (example.accept() != null) {
      headers.addAll(List.of("accept", example.accept()));
    }
    Operation operation = example.operation();
    OperationCheck check = server.contract().operation(operation.getOperationId());

    Reply reply =
        server.call(
            operation.getHttpMethod().name(),
            example.path(),
            example.bodyType() == null ? null : example.body(),
            headers.toArray(String[]::new));

    assertThat(reply.status()).as(reply.text()).isEqualTo(check.status());
    String type = example.accept();
    if (type == null) {
      assertThat(reply.body().length()).isZero();
      assertThat(reply.type()).isNull();
      return;
    }
    assertThat(reply.type()).startsWith(type);
    MediaType model = operation.getResponse(check.status()).getContent().get(type);
    if (model != null && type.equals("application/json")) {
      assertFits(reply.json(), model.getSchema());
    }
  }

  static Stream<Example> examples() {
    return server.contract().openapi().operations().stream()
        .sorted(Comparator.comparing(operation -> ORDER.indexOf(operation.getHttpMethod().name())))
        .flatMap(AnswersFitSchemaTest::examples);
  }

  /** As swagger-ui fills in an operation that somebody tries: everything that has an example. */
  @ParameterizedTest
  @MethodSource("executed")
  void everyOperationOfThePageWorksAsItStands(Operation operation) {
    List<String> query = new ArrayList<>();
    String path = operation.getOpenAPIPath();
    for (Parameter parameter : operation.getParameters()) {
      Object value = values(parameter.getOpenAPIModel()).findFirst().orElse(null);
      String text = TestHttpServer.encoded(String.valueOf(value));
      if (parameter.getIn() == Location.PATH) {
        path = path.replace("{" + parameter.getName() + "}", text);
      } else if (value != null) {
        query.add(parameter.getName() + "=" + text);
      }
    }
    List<String> headers = new ArrayList<>();
    Buffer body = null;
    if (operation.getRequestBody() != null) {
      var first = operation.getRequestBody().getContent().entrySet().iterator().next();
      Object value = values(first.getValue().getOpenAPIModel()).findFirst().orElseThrow();
      headers.addAll(List.of("content-type", first.getKey()));
      body = Buffer.buffer(value instanceof JsonObject json ? json.encode() : value.toString());
    }

    Reply reply =
        server.call(
            operation.getHttpMethod().name(),
            path + "?" + String.join("&", query),
            body,
            headers.toArray(String[]::new));

    assertThat(reply.status()).as(reply.text()).isBetween(200, 204);
  }

  static Stream<Operation> executed() {
    return server.contract().openapi().operations().stream()
        .sorted(Comparator.comparing(operation -> ORDER.indexOf(operation.getHttpMethod().name())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/kv/absent", "/nothing", "/flags/a?x=1", "/kv/%zz"})
  void aProblemFits(String path) {
    JsonObject schemas =
        server
            .contract()
            .openapi()
            .getRawContract()
            .getJsonObject("components")
            .getJsonObject("schemas");

    assertFits(server.get(path).json(), JsonSchema.of(schemas.getJsonObject("Problem")));
  }

  @Test
  void theSchemasAreUsed() {
    assertThat(examples().filter(e -> "application/json".equals(e.accept())))
        .hasSizeGreaterThan(15);
    MediaType counter =
        Objects.requireNonNull(
            server
                .contract()
                .openapi()
                .operation("counterGet")
                .getResponse(200)
                .getContent()
                .get("application/json"));
    assertThat(
            violation(new JsonObject().put("counter", "a").put("value", "1"), counter.getSchema()))
        .isNotNull();
  }

  private static Stream<Example> examples(Operation operation) {
    OperationCheck check = server.contract().operation(operation.getOperationId());
    List<@Nullable String> accepts = new ArrayList<>(check.responseTypes());
    if (operation.getOperationId().equals("docsAsset")) {
      accepts.retainAll(List.of("text/css")); // the name decides, and the example is a style sheet
    }
    if (accepts.isEmpty()) {
      accepts.add(null);
    }
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < EXAMPLES; i++) {
      for (String accept : accepts) {
        if (operation.getRequestBody() == null || !operation.getRequestBody().isRequired()) {
          examples.add(
              new Example(operation, path(operation, i, true), null, Buffer.buffer(), accept));
        }
        addWithBodies(examples, operation, path(operation, i, false), accept);
      }
    }
    return examples.stream();
  }

  private static void addWithBodies(
      List<Example> examples, Operation operation, String path, @Nullable String accept) {
    if (operation.getRequestBody() == null) {
      return;
    }
    operation
        .getRequestBody()
        .getContent()
        .forEach(
            (type, model) ->
                values(model.getOpenAPIModel())
                    .map(
                        value ->
                            value instanceof String text ? text : ((JsonObject) value).encode())
                    .map(text -> new Example(operation, path, type, Buffer.buffer(text), accept))
                    .forEach(examples::add));
  }

  /**
   * The path with the example of a number of each parameter; without a body, also optional ones.
   */
  private static String path(Operation operation, int number, boolean optionalOnes) {
    String path = operation.getOpenAPIPath();
    List<String> query = new ArrayList<>();
    for (Parameter parameter : operation.getParameters()) {
      List<Object> values = values(parameter.getOpenAPIModel()).toList();
      if (values.isEmpty() && parameter.getName().equals("keyEncoding")) {
        continue; // it would be another key
      }
      if (values.isEmpty()) {
        values = List.of("hello"); // the page must not fill it in
      }
      String value = TestHttpServer.encoded(String.valueOf(values.get(number % values.size())));
      if (parameter.getIn() == Location.PATH) {
        path = path.replace("{" + parameter.getName() + "}", value);
      } else if (optionalOnes || parameter.isRequired()) {
        query.add(parameter.getName() + "=" + value);
      }
    }
    return query.isEmpty() ? path : path + "?" + String.join("&", query);
  }

  private static Stream<Object> values(JsonObject model) {
    JsonObject examples = model.getJsonObject("examples", new JsonObject());
    return examples.fieldNames().stream()
        .filter(name -> !name.startsWith("__"))
        .map(name -> examples.getJsonObject(name).getValue("value"));
  }

  private static void assertFits(JsonObject json, JsonSchema schema) {
    assertThat(violation(json, schema)).as(json.encode()).isNull();
    JsonObject properties = schema.get("properties");
    if (properties != null) {
      assertThat(properties.fieldNames()).containsAll(json.fieldNames());
    }
  }

  private static @Nullable String violation(JsonObject json, JsonSchema schema) {
    OutputUnit result =
        server.contract().openapi().getSchemaRepository().validator(schema).validate(json);
    return result.getValid() ? null : String.valueOf(result.getErrors());
  }
}
