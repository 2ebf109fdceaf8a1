package io.purpledb.server.grpc;

import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;

/** grpc-java's client, calling by the contract instead of by generated stubs. */
final class StockClient implements AutoCloseable {

  final ManagedChannel channel;

  StockClient(int port) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(128 << 20)
            .build();
  }

  /**
   * Calls a method and returns its response; throws StatusRuntimeException on any status but OK.
   */
  <R extends Message> R call(Descriptors.MethodDescriptor contract, Message request, R response) {
    return call(contract, request, response, CallOptions.DEFAULT);
  }

  <R extends Message> R call(
      Descriptors.MethodDescriptor contract, Message request, R response, CallOptions options) {
    return ClientCalls.blockingUnaryCall(
        channel, method(contract, MethodType.UNARY, request, response), options, request);
  }

  @SuppressWarnings("unchecked") // a prototype's default instance is of its own type
  static <Q extends Message, R extends Message> MethodDescriptor<Q, R> method(
      Descriptors.MethodDescriptor contract, MethodType type, Q request, R response) {
    return MethodDescriptor.<Q, R>newBuilder()
        .setType(type)
        .setFullMethodName(contract.getService().getFullName() + "/" + contract.getName())
        .setRequestMarshaller(ProtoUtils.marshaller((Q) request.getDefaultInstanceForType()))
        .setResponseMarshaller(ProtoUtils.marshaller((R) response.getDefaultInstanceForType()))
        .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
