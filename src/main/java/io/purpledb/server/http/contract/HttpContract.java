package io.purpledb.server.http.contract;

import io.purpledb.server.http.parameter.ParameterCheck;
import io.purpledb.server.http.parameter.PathCheck;
import io.purpledb.server.http.parameter.PathTemplate;
import io.purpledb.server.http.parameter.QueryCheck;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.OpenAPIVersion;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import io.vertx.openapi.contract.RequestBody;
import io.vertx.openapi.contract.impl.OpenAPIContractImpl;
import io.vertx.openapi.impl.OpenAPIFormatValidator;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The contract of the HTTP server: openapi.yaml, loaded once, used by the server of every event
 * loop. Routes, checks, success statuses and media types are all read from it.
 */
public final class HttpContract {

  /** The tag of the operations that are the server's own. */
  public static final String SERVER_TAG = "server";

  private static final String NOT_MODIFIED = "304";
  private static final JsonObject NOTHING = new JsonObject();

  private final OpenAPIContract openapi;
  private final List<String> services;
  private final Map<String, OperationCheck> operations;
  private final StaticFiles files;

  private HttpContract(OpenAPIContract openapi, ContractDocument document) {
    this.openapi = openapi;
    this.services = services(document);
    this.operations =
        openapi.operations().stream()
            .map(operation -> compile(operation, document))
            .collect(Collectors.toMap(OperationCheck::id, Function.identity()));
    this.files = StaticFiles.read(document);
  }

  /** The contract and the page that shows it, from the class path: the same in all servers. */
  private static final class Loaded {

    static final HttpContract CONTRACT = of(ContractDocument.read());
  }

  /**
   * Begins to load the contract, for {@link #load} to find it done: it takes a third of a start and
   * needs nothing that the rest of a start makes.
   */
  public static void loadAhead() {
    Thread thread = new Thread(() -> Objects.requireNonNull(Loaded.CONTRACT), "purple-contract");
    thread.setDaemon(true);
    thread.start();
  }

  public static Future<HttpContract> load(Vertx vertx) {
    return vertx.executeBlocking(() -> Loaded.CONTRACT, false);
  }

  /** Blocks. */
  public static HttpContract of(ContractDocument document) {
    return new HttpContract(openapi(document.loadable()), document);
  }

  /**
   * What {@link OpenAPIContract#from} does, but for the check against the meta-schema of OpenAPI:
   * that costs a quarter of a second, which a test has to spare and a start has not.
   */
  private static OpenAPIContract openapi(JsonObject contract) {
    OpenAPIVersion version = OpenAPIVersion.fromContract(contract);
    SchemaRepository schemas =
        SchemaRepository.create(
            new JsonSchemaOptions()
                .setBaseUri("app://")
                .setDraft(Draft.DRAFT4) // of OpenAPI 3.0
                .setOutputFormat(OutputFormat.Basic),
            new OpenAPIFormatValidator());
    schemas.dereference(JsonSchema.of(contract));
    return new OpenAPIContractImpl(schemas.resolve(contract), version, schemas);
  }

  public OpenAPIContract openapi() {
    return openapi;
  }

  public StaticFiles files() {
    return files;
  }

  /** The services: the tags of the contract, in its order, but for the server's own. */
  public List<String> services() {
    return services;
  }

  public Collection<OperationCheck> operations() {
    return operations.values();
  }

  /**
   * What the contract says of an operation.
   *
   * @throws IllegalArgumentException when the contract does not have it
   */
  public OperationCheck operation(String id) {
    OperationCheck operation = operations.get(id);
    if (operation == null) {
      throw new IllegalArgumentException(
          "%s (expected: an operation of the contract: %s)".formatted(id, operations.keySet()));
    }
    return operation;
  }

  private static List<String> services(ContractDocument document) {
    return document.json().getJsonArray("tags").stream()
        .map(tag -> ((JsonObject) tag).getString("name"))
        .filter(name -> !name.equals(SERVER_TAG))
        .toList();
  }

  private static OperationCheck compile(Operation operation, ContractDocument document) {
    JsonObject responses =
        document
            .json()
            .getJsonObject("paths")
            .getJsonObject(operation.getOpenAPIPath())
            .getJsonObject(operation.getHttpMethod().name().toLowerCase(Locale.ROOT))
            .getJsonObject("responses");
    List<String> successes = successes(operation, responses);
    return new OperationCheck(
        operation.getOperationId(),
        operation.getTags().get(0),
        operation.getHttpMethod(),
        PathCheck.of(
            PathTemplate.of(operation.getOpenAPIPath()), parameters(operation, Location.PATH)),
        new QueryCheck(parameters(operation, Location.QUERY)),
        new HeaderCheck(parameters(operation, Location.HEADER)),
        body(operation.getRequestBody()),
        successes.stream().map(Integer::valueOf).toList(),
        successes.stream()
            .map(status -> document.resolve(responses.getJsonObject(status)))
            .flatMap(answer -> answer.getJsonObject("content", NOTHING).fieldNames().stream())
            .distinct()
            .toList());
  }

  /** The statuses that are no failure: those of success first, in the order of the contract. */
  private static List<String> successes(Operation operation, JsonObject responses) {
    List<String> successes =
        responses.fieldNames().stream()
            .filter(status -> status.startsWith("2") || status.equals(NOT_MODIFIED))
            .sorted(Comparator.comparing(NOT_MODIFIED::equals))
            .toList();
    if (successes.isEmpty() || successes.get(0).equals(NOT_MODIFIED)) {
      throw new IllegalArgumentException(
          "%s: success is %s (expected: a status that begins with 2)"
              .formatted(operation.getOperationId(), successes));
    }
    return successes;
  }

  private static List<ParameterCheck> parameters(Operation operation, Location location) {
    for (Parameter parameter : operation.getParameters()) {
      if (parameter.getIn() == Location.COOKIE) {
        throw new IllegalArgumentException(
            "%s: %s is in %s (expected: path, query or header)"
                .formatted(operation.getOperationId(), parameter.getName(), parameter.getIn()));
      }
    }
    return operation.getParameters().stream()
        .filter(parameter -> parameter.getIn() == location)
        .map(HttpContract::parameter)
        .toList();
  }

  private static ParameterCheck parameter(Parameter parameter) {
    return ParameterCheck.of(
        parameter.getName(),
        parameter.isRequired(),
        parameter.getOpenAPIModel().getJsonObject("schema"));
  }

  private static BodyCheck body(@Nullable RequestBody body) {
    if (body == null) {
      return BodyCheck.NONE;
    }
    MediaType json = body.getContent().get(MediaType.APPLICATION_JSON);
    if (json == null) {
      return new BodyCheck(true, body.isRequired(), null, null);
    }
    JsonObject schema = json.getOpenAPIModel().getJsonObject("schema");
    return JsonForm.isFor(schema)
        ? new BodyCheck(true, body.isRequired(), JsonForm.of(schema), null)
        : new BodyCheck(true, body.isRequired(), null, JsonDocument.of(schema));
  }
}
