package io.purpledb.message.bus;

import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.Outcome;
import io.purpledb.message.ResponseStream;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way between two verticles of one event loop, with the promise of its response.
 * The event bus carries it one way; the answer completes the promise. A request with a reply
 * address of its own, a timer and a message back would cost twice as much.
 */
final class LocalCall extends DeadlineQueue.Waiter implements Completable<@Nullable Object> {

  private static final Logger LOG = System.getLogger(LocalCall.class.getName());

  private final @Nullable Message request;
  private final Call call;
  private final DeadlineQueue deadlines;
  private final Promise<@Nullable Object> response = Promise.promise();

  /**
   * @param request the request; null asks for health
   * @param call what goes with it
   * @param deadlines where it waits for its answer
   */
  LocalCall(@Nullable Message request, Call call, DeadlineQueue deadlines) {
    this.request = request;
    this.call = call;
    this.deadlines = deadlines;
    deadlines.add(this);
  }

  /** The request; null asks for health. */
  @Nullable Message request() {
    return request;
  }

  Call call() {
    return call;
  }

  Future<@Nullable Object> response() {
    return response.future();
  }

  /**
   * Ends with a response or a failure; what comes late is dropped. What those who wait for it throw
   * does not come back to the one who answers: there are others to be answered.
   */
  @Override
  public void complete(@Nullable Object answer, @Nullable Throwable cause) {
    if (deadlines.remove(this)) {
      end(answer, cause);
    } else if (answer instanceof ResponseStream<?> stream) {
      stream.cancel(); // nobody waits for it any more
    }
  }

  @Override
  protected void late() {
    end(null, new TimeoutException());
  }

  private void end(@Nullable Object answer, @Nullable Throwable cause) {
    try {
      response.complete(answer, cause == null ? null : Outcome.of(request, cause));
    } catch (Throwable t) {
      LOG.log(Level.ERROR, "an answer was not taken", t);
    }
  }

  /** Hands a call over as it is; it never leaves the process. */
  static final class Codec implements MessageCodec<LocalCall, LocalCall> {

    @Override
    public LocalCall transform(LocalCall local) {
      return local;
    }

    @Override
    public void encodeToWire(Buffer buffer, LocalCall local) {
      throw new UnsupportedOperationException("a local call stays on its loop");
    }

    @Override
    public LocalCall decodeFromWire(int position, Buffer buffer) {
      throw new UnsupportedOperationException("a local call stays on its loop");
    }

    @Override
    public String name() {
      return "purple.local-call";
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }
}
