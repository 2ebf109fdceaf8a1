package io.purpledb.conformance;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.Operation;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.support.BackendType;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.Protocol;
import io.purpledb.support.client.Samples;
import io.purpledb.support.client.ServiceClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.ReflectionSupport;
import org.yaml.snakeyaml.Yaml;

/**
 * The same operations everywhere: in proto/purple/v1, in openapi.yaml, in the services and in this
 * suite. That each is called in every cell is checked where a class ends; {@link CellExtension}.
 */
final class ParityGuardTest {

  /** Operations of the server itself, in openapi.yaml only. */
  private static final String SERVER = "server";

  @Test
  void theHttpContractHasTheOperationsOfProto() throws IOException {
    assertThat(servicesByOperation())
        .isEqualTo(servicesByHttpOperation(contract().getJsonObject("paths")));
  }

  /** So that the test before this one finds it. */
  @ParameterizedTest
  @MethodSource("operations")
  void anOperationThatIsTakenOutOfTheHttpContractIsMissed(Operation operation) throws IOException {
    JsonObject paths = contract().getJsonObject("paths");
    paths.forEach(
        path ->
            ((JsonObject) path.getValue())
                .getMap()
                .values()
                .removeIf(
                    found ->
                        found instanceof Map<?, ?> members
                            && operation.id().equals(members.get("operationId"))));

    assertThat(servicesByHttpOperation(paths))
        .hasSize(Operation.ALL.size() - 1)
        .isNotEqualTo(servicesByOperation());
  }

  /** What it has names of are operations; all others it has by their messages. */
  @Test
  void theUsersViewHasNothingElse() {
    assertThat(
            Arrays.stream(ServiceClient.class.getDeclaredMethods())
                .filter(
                    method -> !method.isSynthetic() && !Modifier.isStatic(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> !Set.of("call", "close").contains(name)))
        .isNotEmpty()
        .isSubsetOf(servicesByOperation().keySet());
  }

  /** Which each operation refuses that has its request: the suite asks them by messages. */
  @ParameterizedTest
  @MethodSource("operationsByProtocols")
  void anOperationIsServedThroughAProtocol(Operation operation, Protocol protocol) {
    Message empty = Samples.request(operation, "");
    Await.refusal(Kind.INVALID, SharedServers.of(BackendType.MEMORY).client(protocol).call(empty));
  }

  static Stream<Arguments> operationsByProtocols() {
    return Operation.ALL.stream()
        .flatMap(
            operation ->
                Arrays.stream(Protocol.values()).map(type -> Arguments.of(operation, type)));
  }

  @Test
  void theSuiteHasAClassForEveryService() {
    Set<String> subjects =
        ReflectionSupport.findAllClassesInPackage(
                ParityGuardTest.class.getPackageName(),
                type -> type.isAnnotationPresent(OnEveryCell.class),
                name -> true)
            .stream()
            .map(type -> type.getAnnotation(OnEveryCell.class).value())
            .collect(toSet());
    assertThat(subjects).containsAll(servicesByOperation().values());
  }

  static List<Operation> operations() {
    return Operation.ALL;
  }

  @ParameterizedTest
  @MethodSource("operations")
  void itsServiceHandlesAnOperation(Operation operation) {
    Future<Message> answer =
        Caller.anywhere(
                SharedServers.of(BackendType.MEMORY).vertx(),
                Bus.service(operation.service()),
                10_000)
            .request(operation.request());
    String refusal =
        Await.value(
            answer
                .map("answered")
                .otherwise(failure -> String.valueOf(failure.getMessage()))
                .toCompletionStage()
                .toCompletableFuture());
    assertThat(refusal).startsWith("key: \"\" is 0 bytes");
  }

  private static Map<String, String> servicesByOperation() {
    return Operation.ALL.stream().collect(toMap(Operation::id, Operation::service));
  }

  private static Map<String, String> servicesByHttpOperation(JsonObject paths) {
    return operationsIn(paths)
        .collect(
            toMap(
                operation -> operation.getString("operationId"),
                operation -> operation.getJsonArray("tags").getString(0)));
  }

  /** The operations of all paths, but those of the server itself. */
  private static Stream<JsonObject> operationsIn(JsonObject paths) {
    return paths.stream()
        .flatMap(path -> ((JsonObject) path.getValue()).stream())
        .map(Map.Entry::getValue)
        .filter(JsonObject.class::isInstance) // others are what all operations of a path share
        .map(JsonObject.class::cast)
        .filter(operation -> !operation.getJsonArray("tags").contains(SERVER));
  }

  private static JsonObject contract() throws IOException {
    try (InputStream contract = ParityGuardTest.class.getResourceAsStream("/openapi.yaml")) {
      return new JsonObject(new Yaml().<Map<String, Object>>load(contract));
    }
  }
}
