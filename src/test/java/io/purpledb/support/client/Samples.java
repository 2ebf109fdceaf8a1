package io.purpledb.support.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.purpledb.message.Operation;
import io.purpledb.v1.Bounds;
import io.purpledb.v1.OptionsProto;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.stream.Stream;

/** Requests of all operations, made from their contract: for tests of what all must do. */
public final class Samples {

  private static final long NUMBER = 60;

  private Samples() {}

  /** A request that is within all bounds. */
  public static Message request(Operation operation, String key) {
    Message.Builder request = operation.request().newBuilderForType();
    for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
      request.setField(field, field.getName().equals("key") ? key : value(field));
    }
    return request.build();
  }

  private static Object value(FieldDescriptor field) {
    Bounds bounds = field.getOptions().getExtension(OptionsProto.bounds);
    String text = "v".repeat((int) Math.max(1, bounds.getMin()));
    return switch (field.getJavaType()) {
      case STRING -> text;
      case BYTE_STRING -> ByteString.copyFromUtf8(text);
      case BOOLEAN -> true;
      case LONG -> bounds.getMax() == 0 ? NUMBER : Math.min(NUMBER, bounds.getMax());
      default ->
          throw new AssertionError(field.getFullName() + " (expected: a type with a sample)");
    };
  }

  /** The reads of a service. */
  public static Stream<Operation> reads(String service) {
    return of(service).filter(Operation::isRead);
  }

  /** The writes of a service after which there is something under a key. */
  public static Stream<Operation> makers(String service) {
    return of(service)
        .filter(operation -> !operation.isRead())
        .filter(operation -> !HttpCall.of(operation).method().equals(HttpMethod.DELETE));
  }

  /** Makes that there is something of a service under a key. */
  public static void make(ServiceClient purple, String service, String key) {
    makers(service).forEach(maker -> Await.value(purple.call(request(maker, key))));
  }

  /** What the reads of a service answer for a key, or with what they are refused. */
  public static List<Object> answers(ServiceClient purple, String service, String key) {
    return reads(service)
        .<Object>map(
            read ->
                Await.value(
                    purple
                        .<Message>call(request(read, key))
                        .handle(
                            (answer, refusal) ->
                                refusal == null ? answer : List.of(read.id(), kinds(refusal)))))
        .toList();
  }

  private static Object kinds(Throwable refusal) {
    Throwable cause = refusal.getCause() == null ? refusal : refusal.getCause();
    return cause instanceof RefusedException refused ? refused.kinds() : cause;
  }

  private static Stream<Operation> of(String service) {
    return Operation.ALL.stream().filter(operation -> operation.service().equals(service));
  }
}
