package io.purpledb.support.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.purpledb.message.Operation;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The gRPC server, through grpc-java, with the methods of purple.v1 as the contract lists them. */
final class GrpcServiceClient implements ServiceClient {

  private static final long TIMEOUT_SECONDS = 20;

  private final ManagedChannel channel;

  GrpcServiceClient(String host, int port) {
    this.channel = NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
  }

  @Override
  public <R extends Message> CompletableFuture<R> call(Message request) {
    // Whether the server is there again is for this call to find out, not for a timer.
    channel.resetConnectBackoff();
    CompletableFuture<R> answer = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        channel.newCall(
            method(Operation.of(request)),
            CallOptions.DEFAULT.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)),
        withBadTextAsItIs(request),
        new Completion<>(answer));
    return answer;
  }

  private static MethodDescriptor<Message, Message> method(Operation operation) {
    return MethodDescriptor.<Message, Message>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(
            MethodDescriptor.generateFullMethodName(
                operation.method().getService().getFullName(), operation.method().getName()))
        .setRequestMarshaller(ProtoUtils.marshaller(operation.request()))
        .setResponseMarshaller(ProtoUtils.marshaller(operation.response()))
        .build();
  }

  /**
   * protobuf-java would send a question mark for a lone surrogate; other clients send the bytes.
   */
  private static Message withBadTextAsItIs(Message request) {
    Message.Builder builder = request.toBuilder();
    UnknownFieldSet.Builder raw = UnknownFieldSet.newBuilder();
    request
        .getAllFields()
        .forEach(
            (FieldDescriptor field, Object value) -> {
              if (value instanceof String text && !Texts.isWellFormed(text)) {
                ByteString bytes = ByteString.copyFrom(Texts.bytes(text));
                builder.clearField(field);
                raw.addField(
                    field.getNumber(),
                    UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes).build());
              }
            });
    return builder.setUnknownFields(raw.build()).build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** The code in the details of a status; empty when the status is grpc-java's own. */
  private static String code(Throwable failure) {
    com.google.rpc.Status details = StatusProto.fromThrowable(failure);
    if (details == null || details.getDetailsCount() == 0) {
      return "";
    }
    try {
      ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
      String code = info.getMetadataOrThrow("code");
      if (!info.getDomain().equals("purple")
          || !info.getReason().equals(code.toUpperCase(Locale.ROOT))) {
        throw new AssertionError(info);
      }
      return code;
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(details.toString(), e);
    }
  }

  private record Completion<R extends Message>(CompletableFuture<R> answer)
      implements StreamObserver<Message> {

    @Override
    @SuppressWarnings("unchecked") // the marshaller made it from the operation's response
    public void onNext(Message response) {
      answer.complete((R) response);
    }

    @Override
    public void onError(Throwable failure) {
      Status status = Status.fromThrowable(failure);
      String text = status.getDescription() == null ? "" : status.getDescription();
      answer.completeExceptionally(
          RefusedException.ofGrpc(status.getCode().value(), code(failure), text));
    }

    @Override
    public void onCompleted() {
      answer.completeExceptionally(new IllegalStateException("the call ended without a response"));
    }
  }
}
