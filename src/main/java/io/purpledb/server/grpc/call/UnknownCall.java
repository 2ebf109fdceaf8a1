package io.purpledb.server.grpc.call;

import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import io.purpledb.message.Failure;
import io.purpledb.server.wire.Shown;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerRequest;

/** A call of a method that is not served. */
public final class UnknownCall extends ServerCall {

  private static final int LONGEST = 200;

  private final String path;

  public UnknownCall(LoopCalls loop, GrpcServerRequest<Buffer, Buffer> request) {
    super(loop, Empty.getDefaultInstance(), request);
    this.path = request.fullMethodName();
  }

  @Override
  void onStart() {
    throw failure(path);
  }

  /** The failure of a call of what is no method. */
  public static Failure failure(String path) {
    return new Failure(
        Failure.Kind.NO_SUCH_METHOD,
        "method: %s (expected: a method that reflection lists)"
            .formatted(Shown.cut(path, LONGEST)));
  }

  @Override
  void onMessage(Message message) {}

  @Override
  void onWhole() {}
}
