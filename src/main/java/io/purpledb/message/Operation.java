package io.purpledb.message;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import io.purpledb.contract.ServiceContract;
import io.purpledb.v1.OptionsProto;
import io.purpledb.v1.Right;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One operation of one service, read from proto/purple/v1. The list is derived from the contract: a
 * method added there is an operation here.
 *
 * @param service the service's short name, as in addresses and settings: {@code kv}
 * @param id the operation's name, as in openapi.yaml: {@code kvGet}
 * @param method the method in the contract
 * @param request an empty request, to parse with
 * @param response an empty response, to parse with
 */
public record Operation(
    String service, String id, MethodDescriptor method, Message request, Message response) {

  /** All operations, in the order of the contract. */
  public static final List<Operation> ALL =
      ServiceContract.ALL.stream()
          .flatMap(service -> service.descriptor().getMethods().stream())
          .map(Operation::of)
          .toList();

  /** By the class of the request; empty for one of a message that is no request. */
  private static final ClassValue<Optional<Operation>> BY_REQUEST =
      new ClassValue<>() {
        @Override
        protected Optional<Operation> computeValue(Class<?> type) {
          Descriptor request =
              Internal.getDefaultInstance(type.asSubclass(Message.class)).getDescriptorForType();
          return request.getFile().getServices().stream()
              .flatMap(service -> service.getMethods().stream())
              .filter(method -> method.getInputType().equals(request))
              .findFirst()
              .map(Operation::of);
        }
      };

  private static final Map<String, Operation> BY_ID =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Operation::id, Function.identity()));

  /** The operation whose request this is; the contract has one request type per operation. */
  public static Operation of(Message request) {
    return of(request.getClass())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    request.getClass().getName() + " (expected: a request of the contract)"));
  }

  /** Whether it changes nothing, as the contract says by its {@code idempotency_level}. */
  public boolean isRead() {
    return method.getOptions().getIdempotencyLevel() == IdempotencyLevel.NO_SIDE_EFFECTS;
  }

  /** Whether it may be done twice where it was asked for once: then as much is done as by once. */
  public boolean isSafeToRepeat() {
    return method.getOptions().getIdempotencyLevel() != IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
  }

  /** What somebody must be allowed to do who calls it. */
  public Right right() {
    return method.getOptions().getExtension(OptionsProto.right);
  }

  /** Whether it answers many messages, as the contract says by {@code stream}. */
  public boolean isStream() {
    return method.isServerStreaming();
  }

  /** The operation whose requests are of a class; empty when it is no request's. */
  public static Optional<Operation> of(Class<? extends Message> request) {
    return BY_REQUEST.get(request);
  }

  /** The operation with an id such as {@code kvGet}, or null. */
  public static @Nullable Operation withId(String id) {
    return BY_ID.get(id);
  }

  /** The operation that a method of a contract declares. */
  public static Operation of(MethodDescriptor method) {
    return new Operation(
        ServiceContract.of(method.getService()).name(),
        Character.toLowerCase(method.getName().charAt(0)) + method.getName().substring(1),
        method,
        ServiceContract.prototype(method.getInputType()),
        ServiceContract.prototype(method.getOutputType()));
  }
}
