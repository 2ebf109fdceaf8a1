package io.purpledb.server.grpc.call;

import com.google.protobuf.Message;
import io.purpledb.server.grpc.method.Reflection;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.server.GrpcServerRequest;

/** A call that answers each of its messages, until the client has no more. */
public final class ReflectionCall extends ServerCall {

  private final LoopCalls loop;
  private final Reflection reflection;

  public ReflectionCall(
      LoopCalls loop, Reflection reflection, GrpcServerRequest<Buffer, Buffer> request) {
    super(loop, ServerReflectionRequest.getDefaultInstance(), request);
    this.loop = loop;
    this.reflection = reflection;
  }

  @Override
  void onStart() {
    loop.streams().add(this);
  }

  @Override
  void onMessage(Message message) {
    if (unread()) {
      cancel();
      return;
    }
    stillAlive();
    var unused = writeNow(reflection.answer((ServerReflectionRequest) message));
  }

  @Override
  void onWhole() {
    end();
  }

  @Override
  void onEnd() {
    loop.streams().remove(this);
  }
}
