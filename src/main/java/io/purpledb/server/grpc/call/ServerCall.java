package io.purpledb.server.grpc.call;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import io.purpledb.message.Bytes;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.bus.DeadlineQueue;
import io.purpledb.server.grpc.message.MessageReader;
import io.purpledb.server.wire.unread.Parts;
import io.purpledb.server.wire.unread.UnreadConnection;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.InvalidMessageException;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.io.IOException;

/**
 * One call, from its headers to its status. It always ends: with its answer, with a failure, at the
 * client's deadline, when the client goes away, or when its request is not whole in time. It reads
 * raw messages, so that whatever a client sends becomes a failure here. After the end nothing is
 * read and nothing is written any more.
 */
public abstract class ServerCall extends DeadlineQueue.Waiter {

  private static final long NO_TIMER = -1;
  private static final int PING_BYTES = 8;

  private final LoopCalls loop;
  private final Message prototype;
  private final GrpcServerRequest<Buffer, Buffer> request;
  private final GrpcServerResponse<Buffer, Buffer> response;
  private Call call = Call.NOTHING;
  private long deadline = NO_TIMER;
  private boolean ended;

  /**
   * @param prototype an empty message of the request, to parse with
   */
  ServerCall(LoopCalls loop, Message prototype, GrpcServerRequest<Buffer, Buffer> request) {
    this.loop = loop;
    this.prototype = prototype;
    this.request = request;
    this.response = request.response();
  }

  /** The headers are fine; may throw what {@link Failure#of} understands. */
  void onStart() {}

  /** A message of the request; may throw what {@link Failure#of} understands. */
  abstract void onMessage(Message message);

  /** The end of the request; may throw what {@link Failure#of} understands. */
  abstract void onWhole();

  /** The end of the call, whatever the reason. */
  void onEnd() {}

  /** Begins to read the request. */
  public final void start() {
    request.messageHandler(this::read);
    request.endHandler(x -> readEnd());
    request.invalidMessageHandler(this::failTooLarge);
    request.errorHandler(x -> finish());
    request.exceptionHandler(x -> finish());
    response.exceptionHandler(x -> finish());
    loop.incoming().add(this);
    try {
      checkHeaders();
      onStart();
    } catch (Throwable e) {
      fail(e);
    }
  }

  /** Gives a client that sends several messages more time for the next. */
  final void stillAlive() {
    loop.incoming().remove(this);
    loop.incoming().add(this);
  }

  /** The metadata of the request. */
  final MultiMap headers() {
    return request.headers();
  }

  /** What the headers say of it, besides what it asks for. */
  final Call call() {
    return call;
  }

  /** Keeps the connection from looking idle, where the protocol can: HTTP/2 has a ping. */
  final void ping() {
    try {
      request.connection().ping(Buffer.buffer(new byte[PING_BYTES]));
    } catch (UnsupportedOperationException e) {
      // gRPC-Web over HTTP/1.1
    }
  }

  /** Whether the client leaves many messages unread. */
  final boolean unread() {
    return response.writeQueueFull();
  }

  /** What the connection of the call leaves unread. */
  final UnreadConnection connection() {
    return UnreadConnection.of(request.connection());
  }

  /**
   * Answers one of several messages.
   *
   * @return ends when it is with the socket, or never will be
   */
  final Future<Void> writeNow(Message message) {
    return ended ? Future.succeededFuture() : response.write(bytes(message));
  }

  /** Answers the last message and ends well. */
  final void end(Message message) {
    int size = message.getSerializedSize();
    UnreadConnection unread = UnreadConnection.of(request.connection());
    if (!UnreadConnection.counts(size)) {
      Buffer bytes = bytes(message); // before the call is ended: an Error leaves it to be failed
      endSmall(bytes, size, unread);
      return;
    }
    unread.inTurn(size, () -> endLarge(message, size, unread));
  }

  private void endSmall(Buffer bytes, int size, UnreadConnection unread) {
    if (ended) {
      return;
    }
    if (!unread.hasStreams()) {
      finish();
      response.end(bytes);
    } else if (unread.takeSmall(size)) {
      finish();
      response.end(bytes).onComplete(done -> unread.smallAnswered(size));
    } else {
      unread.refuse(() -> fail(unread.noRoom(size)));
    }
  }

  private void endLarge(Message message, int size, UnreadConnection unread) {
    if (ended) {
      return; // while it waited for its turn
    }
    if (!unread.take(size)) {
      fail(unread.noRoom(size));
      return;
    }
    try {
      Buffer bytes = inParts(message); // before the call is ended: an Error leaves it to be failed
      finish();
      response.end(bytes).onComplete(done -> unread.answered(size));
    } catch (Throwable t) {
      unread.answered(size);
      fail(t);
    }
  }

  /** Ends well after the messages written so far. */
  final void end() {
    if (finish()) {
      response.end();
    }
  }

  /** Ends with the status and text of a failure. */
  final void fail(Throwable thrown) {
    if (finish()) {
      Failure failure = Failure.of(thrown);
      GrpcStatus status = StatusAnswer.status(failure);
      response
          .trailers()
          .set(Details.TRAILER, Details.of(failure, status))
          .set(StatusText.TRAILER, StatusText.encode(failure.getMessage()));
      response.status(status).end();
    }
  }

  /** Ends without a status, for a client that would not read one. */
  final void cancel() {
    if (finish()) {
      response.cancel();
    }
  }

  @Override
  protected final void late() {
    fail(
        new Failure(
            Failure.Kind.REQUEST_TIMEOUT,
            "request: not whole after %d ms (expected: its messages and its end)"
                .formatted(loop.incoming().timeoutMillis())));
  }

  private static Buffer bytes(Message message) {
    return Bytes.buffer(message);
  }

  private static Buffer inParts(Message message) throws IOException {
    Parts parts = new Parts();
    CodedOutputStream out = CodedOutputStream.newInstance(parts);
    message.writeTo(out);
    out.flush();
    return parts.buffer();
  }

  private void checkHeaders() {
    String encoding = request.encoding();
    if (!MessageReader.accepts(encoding)) {
      response.headers().set(GrpcHeaderNames.GRPC_ACCEPT_ENCODING, MessageReader.GZIP);
      throw new Failure(
          Failure.Kind.UNSUPPORTED_MEDIA_TYPE,
          "grpc-encoding: %s (expected: identity or gzip)".formatted(encoding));
    }
    call = call.tracedBy(request.headers().get(Call.TRACE));
    String timeout = request.headers().get(GrpcHeaderNames.GRPC_TIMEOUT);
    if (timeout != null) {
      startDeadline(Deadline.millis(timeout), timeout);
    }
  }

  private void startDeadline(long millis, String timeout) {
    if (millis == 0) {
      throw passed(timeout);
    }
    call = call.endingWithin(millis);
    deadline = loop.vertx().setTimer(millis, id -> fail(passed(timeout)));
  }

  private static Failure passed(String timeout) {
    return Failure.timedOut("grpc-timeout: %s have passed".formatted(timeout));
  }

  private void read(GrpcMessage message) {
    if (ended) {
      return;
    }
    try {
      onMessage(loop.reader().read(message, prototype));
    } catch (Throwable e) {
      fail(e);
    }
  }

  private void readEnd() {
    if (ended) {
      return;
    }
    loop.incoming().remove(this);
    try {
      onWhole();
    } catch (Throwable e) {
      fail(e);
    }
  }

  private void failTooLarge(InvalidMessageException e) {
    Object size = e instanceof MessageSizeOverflowException large ? large.messageSize() : e;
    fail(
        Failure.tooLarge(
            "message: %s bytes (expected: at most %d bytes)"
                .formatted(size, loop.reader().maxBytes())));
  }

  /** Ends the call once; false when it had ended before. */
  private boolean finish() {
    if (ended) {
      return false;
    }
    ended = true;
    loop.incoming().remove(this);
    if (deadline != NO_TIMER) {
      loop.vertx().cancelTimer(deadline);
    }
    onEnd();
    return true;
  }
}
