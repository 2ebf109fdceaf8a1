package io.purpledb.server.grpc.call;

import com.google.protobuf.Message;
import io.purpledb.message.Failure;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerRequest;
import org.jspecify.annotations.Nullable;

/** A call whose request is exactly one message. */
abstract class OneMessageCall extends ServerCall {

  private @Nullable Message received;

  OneMessageCall(LoopCalls loop, Message prototype, GrpcServerRequest<Buffer, Buffer> request) {
    super(loop, prototype, request);
  }

  /** The one message, after the end of the request; may throw as {@link #onWhole} may. */
  abstract void onRequest(Message request);

  @Override
  final void onMessage(Message message) {
    if (received != null) {
      throw Failure.invalid("request: a second message (expected: one message)");
    }
    received = message;
  }

  @Override
  final void onWhole() {
    if (received == null) {
      throw Failure.invalid("request: no whole message (expected: one message)");
    }
    onRequest(received);
  }
}
