package io.purpledb.server.grpc.method;

import io.purpledb.message.Operation;
import io.purpledb.message.bus.Caller;
import java.util.List;
import java.util.function.Function;

/** Package purple.v1: each operation of the contract, its messages passed on as they are. */
public final class MethodsV1 {

  private MethodsV1() {}

  /**
   * The methods of operations that answer one message.
   *
   * @param services from the short name of a service to its caller
   */
  public static List<UnaryMethod> unary(
      List<Operation> operations, Function<String, Caller> services) {
    return operations.stream()
        .filter(operation -> !operation.isStream())
        .map(operation -> unary(operation, services.apply(operation.service())))
        .toList();
  }

  private static UnaryMethod unary(Operation operation, Caller service) {
    return new UnaryMethod(
        operation.method(), !operation.isRead(), operation.request(), service::request);
  }

  /** The methods of those that answer many. */
  public static List<StreamMethod> streams(
      List<Operation> operations, Function<String, Caller> services) {
    return operations.stream()
        .filter(Operation::isStream)
        .map(operation -> stream(operation, services.apply(operation.service())))
        .toList();
  }

  private static StreamMethod stream(Operation operation, Caller service) {
    return new StreamMethod(operation.method(), operation.request(), service::stream);
  }
}
