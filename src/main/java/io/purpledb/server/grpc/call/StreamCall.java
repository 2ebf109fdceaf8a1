package io.purpledb.server.grpc.call;

import com.google.protobuf.Message;
import io.purpledb.message.ResponseStream;
import io.purpledb.server.grpc.method.StreamMethod;
import io.purpledb.server.wire.unread.StreamWriter;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerRequest;
import org.jspecify.annotations.Nullable;

/** A call of one message and a stream of answers. */
public final class StreamCall extends OneMessageCall implements StreamWriter.Sink<Message> {

  /** A connection is pinged so often while nothing is answered, lest it looks idle. */
  private static final long PING_MILLIS = 20_000;

  private static final long NO_TIMER = -1;

  private final StreamMethod method;
  private final LoopCalls loop;
  private @Nullable StreamWriter<Message> writer;
  private boolean ended;
  private long pings = NO_TIMER;

  public StreamCall(
      LoopCalls loop, StreamMethod method, GrpcServerRequest<Buffer, Buffer> request) {
    super(loop, method.request(), request);
    this.loop = loop;
    this.method = method;
  }

  @Override
  void onRequest(Message request) {
    loop.streams().add(this);
    pings = loop.vertx().setPeriodic(PING_MILLIS, id -> ping());
    method.answer().apply(request, call()).onComplete(this::begin, this::fail);
  }

  private void begin(ResponseStream<Message> stream) {
    if (ended) { // while it was asked for
      stream.cancel();
      return;
    }
    StreamWriter<Message> begun = new StreamWriter<>(loop.vertx(), stream, this, connection());
    writer = begun;
    begun.start();
  }

  @Override
  void onEnd() {
    ended = true;
    loop.streams().remove(this);
    if (pings != NO_TIMER) {
      loop.vertx().cancelTimer(pings);
    }
    StreamWriter<Message> begun = writer;
    if (begun != null) {
      begun.stop();
    }
  }

  @Override
  public Future<Void> write(Message message) {
    return writeNow(message);
  }

  @Override
  public void end(@Nullable Throwable cause) {
    if (cause == null) {
      end();
    } else {
      fail(cause);
    }
  }

  @Override
  public void abandon() {
    cancel();
  }
}
