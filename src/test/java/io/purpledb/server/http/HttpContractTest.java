package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.message.Operation;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.answer.EventStreams;
import io.purpledb.server.http.binding.Bindings;
import io.purpledb.server.http.contract.ContractDocument;
import io.purpledb.server.http.contract.HttpContract;
import io.purpledb.server.http.contract.OperationCheck;
import io.purpledb.support.TestConfigs;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from the contract, and that a start fails when the contract and the code differ. */
class HttpContractTest {

  private static Vertx vertx;
  private static HttpContract contract;

  @BeforeAll
  static void load() {
    vertx = Vertx.vertx();
    contract = TestHttpServer.await(HttpContract.load(vertx));
  }

  @AfterAll
  static void close() {
    TestHttpServer.await(vertx.close());
  }

  /** A start does not check it. */
  @Test
  void theContractIsOneOfOpenApi() {
    JsonObject loadable = ContractDocument.read().loadable();

    OpenAPIContract checked = TestHttpServer.await(OpenAPIContract.from(vertx, loadable.copy()));

    assertThat(contract.openapi().getRawContract()).isEqualTo(checked.getRawContract());
    loadable.remove("paths");
    assertThatThrownBy(() -> TestHttpServer.await(OpenAPIContract.from(vertx, loadable)))
        .hasStackTraceContaining("paths");
  }

  @Test
  void everyOperationOfTheServicesIsInTheContract() {
    assertThat(contract.services()).containsExactlyElementsOf(TestConfigs.SERVICES);
    for (Operation operation : Operation.ALL) {
      assertThat(contract.operation(operation.id()).service()).isEqualTo(operation.service());
    }
    assertThat(
            contract.operations().stream().filter(o -> contract.services().contains(o.service())))
        .hasSameSizeAs(Operation.ALL);
  }

  /** What the server itself may answer, before it knows or asks anything. */
  @Test
  void everyPathDeclaresWhatTheServerAnswers() {
    JsonObject document = ContractDocument.read().json();
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (String method : List.of("get", "put", "delete")) {
        JsonObject operation = paths.getJsonObject(path).getJsonObject(method);
        if (operation != null) {
          assertThat(operation.getJsonObject("responses").fieldNames())
              .as(method + " " + path)
              .contains("400", "408", "414", "415", "421", "431", "500", "501", "503");
        }
      }
    }
    assertThat(document.getJsonObject("x-other-responses").fieldNames())
        .contains("400", "404", "405", "414", "421", "431", "500", "501", "503");
  }

  @Test
  void anOperationIsRead() {
    OperationCheck kvGet = contract.operation("kvGet");

    assertThat(kvGet.path().template().path()).isEqualTo("/kv/{key}");
    assertThat(kvGet.method().name()).isEqualTo("GET");
    assertThat(kvGet.status()).isEqualTo(200);
    assertThat(kvGet.responseTypes())
        .containsExactly("application/json", "application/octet-stream");
    assertThat(kvGet.body().taken()).isFalse();
    OperationCheck kvPut = contract.operation("kvPut");
    assertThat(kvPut.status()).isEqualTo(204);
    assertThat(kvPut.responseTypes()).isEmpty();
    assertThat(kvPut.body().taken()).isTrue();
    assertThat(contract.operation("contractYaml").responseTypes())
        .containsExactly("application/yaml");
  }

  @Test
  void anOperationWithoutBindingFailsTheStart() {
    Bindings bindings = new Bindings(contract, Map.of());

    assertThatThrownBy(
            () ->
                new Routes(
                    vertx,
                    TestHttpServer.config(1, 1),
                    contract,
                    bindings,
                    new EventStreams(vertx, 1_000)))
        .hasMessageContaining("of the contract has no binding");
  }

  @Test
  void aBindingWithoutOperationFailsTheStart() {
    Bindings bindings = new Bindings(contract, new HashMap<>());

    assertThatThrownBy(() -> bindings.on("kvRename", in -> Future.succeededFuture(Answer.EMPTY)))
        .hasMessageStartingWith("kvRename (expected: an operation of the contract: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: string, pattern: a*}             | pattern in its schema is not checked",
        "{type: string, format: uuid}            | format in its schema is not checked",
        "{type: integer, format: int64, multipleOf: 2} | multipleOf in its schema is not checked",
        "{type: integer}                         | format null (expected: int32, int64)",
        "{type: number}                          | type number (expected: string, integer or boolean)",
        "{type: array, items: {type: string}}    | type array (expected: string, integer or boolean)",
      })
  void aSchemaThatIsNotUnderstoodFailsTheStart(String schema, String message) {
    String yaml =
        "openapi: 3.0.3\ninfo: {title: t, version: '1'}\ntags: [{name: kv}]\npaths:\n  /a:\n    get:\n"
            + "      operationId: a\n      tags: [kv]\n      parameters: [{name: p, in: query, schema: "
            + schema
            + "}]\n"
            + "      responses: {'200': {description: d}}\n";

    assertThatThrownBy(() -> HttpContract.of(ContractDocument.parse(yaml)))
        .hasStackTraceContaining("p: " + message);
  }

  @Test
  void thePublishedContractIsNotTheLoadedOne() {
    ContractDocument document = ContractDocument.read();
    JsonObject before = document.json().copy();

    JsonObject loadable = document.loadable();

    assertThat(document.json()).isEqualTo(before);
    assertThat(before.getJsonObject("components").getJsonObject("responses").encode())
        .contains("application/problem+json");
    assertThat(loadable.getJsonObject("components").getJsonObject("responses").encode())
        .doesNotContain("application/problem+json");
    assertThat(
            loadable
                .getJsonObject("components")
                .getJsonObject("schemas")
                .getJsonObject("KvContent"))
        .isEqualTo(
            before.getJsonObject("components").getJsonObject("schemas").getJsonObject("KvContent"));
  }
}
