package io.purpledb.server.http.binding;

import com.google.protobuf.Message;
import io.purpledb.message.bus.Caller;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.answer.Events;
import io.purpledb.server.http.answer.ServerEvent;
import io.purpledb.server.http.contract.HttpContract;
import io.purpledb.server.http.contract.Input;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * How the operations of the contract are served on one event loop, by operationId. What is said
 * here is only how a checked request becomes a message, and a response an answer; the rest is the
 * contract's.
 */
public final class Bindings {

  /** Serves one operation. */
  public interface Binding {
    Future<Answer> serve(Input in);
  }

  private final HttpContract contract;
  private final Map<String, Caller> services;
  private final Map<String, Binding> bindings = new HashMap<>();

  /**
   * @param services the caller of each service of the contract
   */
  public Bindings(HttpContract contract, Map<String, Caller> services) {
    this.contract = contract;
    this.services = services;
  }

  /**
   * Leaves an operation to the service that it belongs to.
   *
   * @param request makes the message for the service
   * @param answer makes the answer of the response of the service
   */
  public <R extends Message> void on(
      String operationId,
      Function<Input, ? extends Message> request,
      BiFunction<Input, R, Answer> answer) {
    Caller service = service(contract.operation(operationId).service());
    on(
        operationId,
        in ->
            service
                .<R>request(request.apply(in), in.call())
                .map(response -> answer.apply(in, response)));
  }

  /**
   * Leaves an operation that answers many messages to the service that it belongs to.
   *
   * @param request makes the message for the service
   * @param event makes what is told of a message
   */
  public <R extends Message> void onStream(
      String operationId,
      Function<Input, ? extends Message> request,
      Function<R, ServerEvent> event) {
    Caller service = service(contract.operation(operationId).service());
    on(
        operationId,
        in ->
            service.<R>stream(request.apply(in), in.call())
                .map(stream -> Answer.events(new Events<>(stream, event))));
  }

  private Caller service(String name) {
    Caller service = services.get(name);
    if (service == null) {
      throw new IllegalArgumentException(
          "%s (expected: a service: %s)".formatted(name, services.keySet()));
    }
    return service;
  }

  /** Serves an operation here. */
  public void on(String operationId, Binding binding) {
    contract.operation(operationId);
    bindings.put(operationId, binding);
  }

  /**
   * How an operation is served.
   *
   * @throws IllegalStateException when an operation of the contract has no binding
   */
  public Binding get(String operationId) {
    Binding binding = bindings.get(operationId);
    if (binding == null) {
      throw new IllegalStateException(
          "%s of the contract has no binding (those that have: %s)"
              .formatted(operationId, Set.copyOf(bindings.keySet())));
    }
    return binding;
  }
}
