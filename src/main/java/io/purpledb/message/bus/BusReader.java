package io.purpledb.message.bus;

import com.google.protobuf.Message;
import io.purpledb.message.Outcome;
import io.purpledb.message.ResponseStream;
import io.vertx.core.Handler;
import io.vertx.core.eventbus.DeliveryOptions;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream that comes over the event bus, as the conversation that docs/event-bus.md tells.
 * It asks for a message when its reader has asked for one, so one that pauses for longer than the
 * other end's patience, 30 s, loses its stream.
 */
final class BusReader<R extends Message> implements ResponseStream<R> {

  private static final long TIMEOUT_MILLIS = 30_000;

  private final Message request;
  private io.vertx.core.eventbus.Message<R> current;
  private @Nullable Handler<R> handler;
  private @Nullable Handler<Void> endHandler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private long demand;
  private @Nullable R held;
  private boolean asking;
  private boolean ended;

  /**
   * @param first the first reply, which says that the stream has begun
   */
  BusReader(Message request, io.vertx.core.eventbus.Message<R> first) {
    this.request = request;
    this.current = first;
  }

  private void ask() {
    if (asking || ended || held != null || demand == 0 || handler == null) {
      return;
    }
    asking = true;
    current
        .<R>replyAndRequest(null, new DeliveryOptions().setSendTimeout(TIMEOUT_MILLIS))
        .onComplete(this::take, this::fail);
  }

  private void take(io.vertx.core.eventbus.Message<R> reply) {
    asking = false;
    current = reply;
    if (ended) {
      sayCancel();
      return;
    }
    String what = reply.headers().get(StreamHeader.NAME);
    if (StreamHeader.END.equals(what)) {
      ended = true;
      Handler<Void> done = endHandler;
      if (done != null) {
        done.handle(null);
      }
    } else if (StreamHeader.MESSAGE.equals(what)) {
      held = reply.body();
    }
    deliver();
  }

  /** Hands on what has come, unless its reader has paused meanwhile, and asks for the next. */
  private void deliver() {
    R message = held;
    Handler<R> to = handler;
    if (message != null && to != null && demand > 0) {
      held = null;
      if (demand != Long.MAX_VALUE) {
        demand--;
      }
      to.handle(message);
    }
    ask();
  }

  private void fail(Throwable cause) {
    asking = false;
    Handler<Throwable> failed = exceptionHandler;
    if (!ended && failed != null) {
      ended = true;
      failed.handle(Outcome.of(request, cause));
    }
    ended = true;
  }

  private void sayCancel() {
    current.reply(null, new DeliveryOptions().addHeader(StreamHeader.NAME, StreamHeader.CANCEL));
  }

  @Override
  public void cancel() {
    if (!ended) {
      ended = true;
      held = null;
      if (!asking) {
        sayCancel();
      }
    }
  }

  @Override
  public ResponseStream<R> handler(@Nullable Handler<R> messages) {
    handler = messages;
    deliver();
    return this;
  }

  @Override
  public ResponseStream<R> endHandler(@Nullable Handler<Void> end) {
    endHandler = end;
    return this;
  }

  @Override
  public ResponseStream<R> exceptionHandler(@Nullable Handler<Throwable> failure) {
    exceptionHandler = failure;
    return this;
  }

  @Override
  public ResponseStream<R> pause() {
    demand = 0;
    return this;
  }

  @Override
  public ResponseStream<R> resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public ResponseStream<R> fetch(long amount) {
    demand = demand > Long.MAX_VALUE - amount ? Long.MAX_VALUE : demand + amount;
    deliver();
    return this;
  }
}
