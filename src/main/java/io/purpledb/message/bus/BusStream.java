package io.purpledb.message.bus;

import com.google.protobuf.Message;
import io.purpledb.message.ResponseStream;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages of a stream over the event bus, as a conversation: each is a reply to the
 * message that asked for it, and is itself answered by the one that asks for the next. So nothing
 * is sent that was not asked for, and who does not ask any more is found out. It needs no address
 * of its own, which another node would have to learn first. docs/event-bus.md tells readers.
 */
final class BusStream {

  /** How long a reader may take before it asks for the next message, in milliseconds. */
  static final long PATIENCE_MILLIS = 30_000;

  /** How long a reader waits for a reply at most; less than the 30 s that Vert.x waits. */
  private static final long WAITING_MILLIS = 10_000;

  /** A number that no timer has; the first has 0. */
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final ResponseStream<Message> stream;
  private final Function<Message, Object> form;
  private final long patienceMillis;
  private BusAnswer asked;
  private boolean isAsked = true;
  private boolean fetching;
  private @Nullable Message held;
  private @Nullable Runnable last;
  private long timer = NO_TIMER;

  /**
   * @param asked the request
   * @param form what of a message is sent
   */
  BusStream(
      Vertx vertx,
      ResponseStream<Message> stream,
      BusAnswer asked,
      Function<Message, Object> form,
      long patienceMillis) {
    this.vertx = vertx;
    this.stream = stream;
    this.asked = asked;
    this.form = form;
    this.patienceMillis = patienceMillis;
  }

  /** Says that the stream has begun; its messages come when they are asked for. */
  void start() {
    stream.handler(this::take);
    stream.endHandler(end -> endWith(() -> asked.end(options(StreamHeader.END))));
    stream.exceptionHandler(cause -> endWith(() -> asked.complete(null, cause)));
    say(null, StreamHeader.WAITING);
  }

  private void take(Message message) {
    fetching = false;
    held = message;
    if (isAsked) {
      sendHeld(message);
    }
  }

  private void sendHeld(Message message) {
    held = null;
    say(message, StreamHeader.MESSAGE);
  }

  private void endWith(Runnable end) {
    last = end;
    if (isAsked) {
      vertx.cancelTimer(timer);
      end.run();
    }
  }

  private void say(@Nullable Message message, String what) {
    isAsked = false;
    vertx.cancelTimer(timer);
    Future<io.vertx.core.eventbus.Message<Object>> next;
    try {
      Object body = message == null ? null : form.apply(message);
      next = asked.replyAndAwait(body, options(what));
    } catch (Throwable t) { // it has no wire form, or no room for it
      stream.cancel();
      asked.complete(null, t);
      return;
    }
    next.onComplete(this::next, gone -> stream.cancel());
  }

  private void next(io.vertx.core.eventbus.Message<Object> message) {
    if (StreamHeader.CANCEL.equals(message.headers().get(StreamHeader.NAME))) {
      stream.cancel();
      return;
    }
    asked = BusAnswer.to(vertx, message);
    isAsked = true;
    Message ready = held;
    Runnable end = last;
    if (ready != null) {
      sendHeld(ready);
    } else if (end != null) {
      end.run();
    } else {
      timer = vertx.setTimer(WAITING_MILLIS, id -> say(null, StreamHeader.WAITING));
      fetch();
    }
  }

  private void fetch() {
    if (!fetching) {
      fetching = true;
      stream.fetch(1);
    }
  }

  private DeliveryOptions options(String what) {
    return new DeliveryOptions().addHeader(StreamHeader.NAME, what).setSendTimeout(patienceMillis);
  }
}
