package io.purpledb.server.grpc.call;

import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.server.Heeded;
import io.purpledb.server.grpc.method.UnaryMethod;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerRequest;
import org.jspecify.annotations.Nullable;

/** A call of one message and one answer. */
public final class UnaryCall extends OneMessageCall {

  private final UnaryMethod method;

  public UnaryCall(LoopCalls loop, UnaryMethod method, GrpcServerRequest<Buffer, Buffer> request) {
    super(loop, method.request(), request);
    this.method = method;
  }

  /** To overlook such a key would do a write again that was to be done once. */
  @Override
  void onStart() {
    if (method.isWrite() && headers().contains(Call.IDEMPOTENCY_KEY)) {
      throw Heeded.notImplemented(Call.IDEMPOTENCY_KEY, headers());
    }
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
