package io.purpledb.server.grpc.method;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import java.util.function.BiFunction;

/**
 * A method that takes one message and answers one.
 *
 * @param contract where the method is declared, and so its path
 * @param isWrite whether it changes what is stored
 * @param request an empty request, to parse with
 * @param answer from a request, of the type of {@code request}, and what goes with it, to its
 *     response
 */
public record UnaryMethod(
    MethodDescriptor contract,
    boolean isWrite,
    Message request,
    BiFunction<Message, Call, Future<? extends Message>> answer) {

  /** A method whose answer knows its request's type. */
  @SuppressWarnings("unchecked") // the prototype's class is the request's class
  static <Q extends Message> UnaryMethod of(
      MethodDescriptor contract,
      boolean isWrite,
      Q request,
      BiFunction<Q, Call, Future<? extends Message>> answer) {
    return new UnaryMethod(
        contract, isWrite, request, (message, call) -> answer.apply((Q) message, call));
  }
}
