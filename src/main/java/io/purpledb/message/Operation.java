package io.purpledb.message;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import io.purpledb.v1.CacheProto;
import io.purpledb.v1.CounterProto;
import io.purpledb.v1.FlagProto;
import io.purpledb.v1.KvProto;
import io.purpledb.v1.SetProto;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

  private static final List<FileDescriptor> CONTRACTS =
      List.of(
          CacheProto.getDescriptor(),
          CounterProto.getDescriptor(),
          FlagProto.getDescriptor(),
          KvProto.getDescriptor(),
          SetProto.getDescriptor());

  /** All operations, in the order of the contract. */
  public static final List<Operation> ALL =
      CONTRACTS.stream()
          .flatMap(file -> file.getServices().stream())
          .flatMap(service -> service.getMethods().stream().map(Operation::of))
          .toList();

  private static final Map<Class<?>, Operation> BY_REQUEST =
      ALL.stream()
          .collect(Collectors.toUnmodifiableMap(o -> o.request().getClass(), Function.identity()));

  private static final Map<String, Operation> BY_ID =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Operation::id, Function.identity()));

  /** The operation whose request this is; the contract has one request type per operation. */
  public static Operation of(Message request) {
    Operation operation = BY_REQUEST.get(request.getClass());
    if (operation == null) {
      throw new IllegalArgumentException(
          request.getClass().getName() + " (expected: a request of purple.v1)");
    }
    return operation;
  }

  /** Whether it changes nothing, as the contract says by its {@code idempotency_level}. */
  public boolean isRead() {
    return method.getOptions().getIdempotencyLevel() == IdempotencyLevel.NO_SIDE_EFFECTS;
  }

  /** Whether a message is the request of an operation. */
  static boolean isRequest(Message message) {
    return BY_REQUEST.containsKey(message.getClass());
  }

  /** The operation with an id such as {@code kvGet}, or null. */
  public static @Nullable Operation withId(String id) {
    return BY_ID.get(id);
  }

  private static Operation of(MethodDescriptor method) {
    return new Operation(
        shortName(method.getService()),
        Character.toLowerCase(method.getName().charAt(0)) + method.getName().substring(1),
        method,
        prototype(method.getInputType().getName()),
        prototype(method.getOutputType().getName()));
  }

  private static String shortName(ServiceDescriptor service) {
    return service.getName().replaceFirst("Service$", "").toLowerCase(Locale.ROOT);
  }

  private static Message prototype(String name) {
    String type = KvProto.class.getPackageName() + "." + name;
    try {
      return Internal.getDefaultInstance(Class.forName(type).asSubclass(Message.class));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the generated class of a message is missing: " + type, e);
    }
  }
}
