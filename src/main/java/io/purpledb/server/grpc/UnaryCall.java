package io.purpledb.server.grpc;

import com.google.protobuf.Message;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerRequest;
import org.jspecify.annotations.Nullable;

/** A call of one message and one answer. */
final class UnaryCall extends OneMessageCall {

  private final UnaryMethod method;

  UnaryCall(Loop loop, UnaryMethod method, GrpcServerRequest<Buffer, Buffer> request) {
    super(loop, method.request(), request);
    this.method = method;
  }

  @Override
  void onRequest(Message request) {
    method.answer().apply(request, call()).onComplete(this::answer, this::fail);
  }

  private void answer(@Nullable Message response) {
    if (response == null) {
      fail(new IllegalStateException(method.contract().getFullName() + ": no response"));
    } else {
      end(response);
    }
  }
}
