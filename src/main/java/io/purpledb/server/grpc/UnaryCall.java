package io.purpledb.server.grpc;

import com.google.protobuf.Message;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerRequest;

/** A call of one message and one answer. */
final class UnaryCall extends OneMessageCall {

  private final UnaryMethod method;

  UnaryCall(Loop loop, UnaryMethod method, GrpcServerRequest<Buffer, Buffer> request) {
    super(loop, method.request(), request);
    this.method = method;
  }

  @Override
  void onRequest(Message request) {
    method.answer().apply(request).onComplete(this::end, this::fail);
  }
}
