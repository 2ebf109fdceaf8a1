package io.purpledb.server.grpc;

import io.purpledb.message.Caller;
import io.purpledb.message.Operation;
import java.util.List;
import java.util.function.Function;

/** Package purple.v1: each operation of the contract, its messages passed on as they are. */
final class MethodsV1 {

  private MethodsV1() {}

  /**
   * @param services from the short name of a service to its caller
   */
  static List<UnaryMethod> of(Function<String, Caller> services) {
    return Operation.ALL.stream().map(operation -> method(operation, services)).toList();
  }

  private static UnaryMethod method(Operation operation, Function<String, Caller> services) {
    Caller service = services.apply(operation.service());
    return new UnaryMethod(
        operation.method(), !operation.isRead(), operation.request(), service::request);
  }
}
