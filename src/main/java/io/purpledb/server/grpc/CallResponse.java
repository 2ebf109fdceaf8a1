package io.purpledb.server.grpc;

import com.google.protobuf.Message;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerResponse;

/**
 * The response of a call. Its status is not sent before its messages are: while a status waits
 * behind a message that the client does not read, Vert.x throws when the client goes away.
 */
final class CallResponse {

  /** A message of up to this size does not wait, unless the whole connection is not read. */
  private static final int AT_ONCE_BYTES = 16 * 1024;

  private final GrpcServerResponse<Buffer, Buffer> response;
  private Future<Void> written = Future.succeededFuture();
  private boolean gone;

  CallResponse(GrpcServerResponse<Buffer, Buffer> response) {
    this.response = response;
  }

  /** The client is gone: nothing is sent any more. */
  void gone() {
    gone = true;
  }

  /** Whether many messages wait for the client to read them. */
  boolean unread() {
    return response.writeQueueFull();
  }

  void write(Message message) {
    written = response.write(bytes(message));
  }

  /** Sends the last message and status OK. */
  void end(Message message) {
    if (message.getSerializedSize() <= AT_ONCE_BYTES) {
      response.end(bytes(message));
    } else {
      write(message);
      end();
    }
  }

  /** Sends status OK. */
  void end() {
    written.onSuccess(
        x -> {
          if (!gone) {
            response.end();
          }
        });
  }

  /** Sends the status of a failure. */
  void fail(Failure failure) {
    response.status(failure.kind().grpcStatus()).statusMessage(failure.getMessage());
    end();
  }

  /** Sends no status, to a client that would not read it. */
  void cancel() {
    response.cancel();
  }

  private static Buffer bytes(Message message) {
    return Buffer.buffer(message.toByteArray());
  }
}
