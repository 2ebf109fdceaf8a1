package io.purpledb.message;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way between two verticles of one event loop, with the promise of its response.
 * The event bus carries it one way; the answer completes the promise. A request with a reply
 * address of its own, a timer and a message back would cost twice as much.
 */
final class Exchange {

  private final @Nullable Message request;
  private final Pending pending;
  private final Promise<@Nullable Object> response = Promise.promise();

  /** When it is late, in terms of {@link System#nanoTime}; for {@link Pending}. */
  long deadline;

  boolean waiting;
  @Nullable Exchange earlier;
  @Nullable Exchange later;

  /**
   * @param request the request; null asks for health
   * @param pending where it waits for its answer
   */
  Exchange(@Nullable Message request, Pending pending) {
    this.request = request;
    this.pending = pending;
    pending.add(this);
  }

  /** The request; null asks for health. */
  @Nullable Message request() {
    return request;
  }

  Future<@Nullable Object> response() {
    return response.future();
  }

  /** Ends with a response; a late one is dropped. */
  void answer(@Nullable Object answer) {
    if (pending.remove(this)) {
      response.complete(answer);
    }
  }

  /** Ends without a response. */
  void fail(Throwable cause) {
    if (pending.remove(this)) {
      response.fail(cause);
    }
  }

  /** Hands an exchange over as it is; it never leaves the process. */
  static final class Codec implements MessageCodec<Exchange, Exchange> {

    @Override
    public Exchange transform(Exchange exchange) {
      return exchange;
    }

    @Override
    public void encodeToWire(Buffer buffer, Exchange exchange) {
      throw new UnsupportedOperationException("an exchange stays on its loop");
    }

    @Override
    public Exchange decodeFromWire(int position, Buffer buffer) {
      throw new UnsupportedOperationException("an exchange stays on its loop");
    }

    @Override
    public String name() {
      return "purple.exchange";
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }
}
