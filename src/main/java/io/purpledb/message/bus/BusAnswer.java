package io.purpledb.message.bus;

import com.google.protobuf.Message;
import io.purpledb.message.Failure;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Answers one message of the event bus. To another node of a cluster it has to find room among the
 * replies that wait.
 *
 * @param node that asked; null when it is this one
 */
record BusAnswer(
    io.vertx.core.eventbus.Message<Object> message, @Nullable String node, UnreadReplies unread)
    implements Completable<@Nullable Object> {

  static BusAnswer to(Vertx vertx, io.vertx.core.eventbus.Message<Object> message) {
    return new BusAnswer(message, UnreadReplies.node(message), UnreadReplies.of(vertx));
  }

  /** Why nothing should be done for who asked; null when there is no reason. */
  @Nullable Failure refusal() {
    return node == null ? null : unread.refusal(node);
  }

  @Override
  public void complete(@Nullable Object answer, @Nullable Throwable cause) {
    if (cause != null) {
      refuse(cause);
      return;
    }
    try {
      reply(answer);
    } catch (Throwable t) { // it has no wire form, or no room for it
      refuse(t);
    }
  }

  private void reply(@Nullable Object answer) {
    if (node == null) {
      message.reply(answer);
    } else {
      unread.send(node, bytes(answer), () -> message.reply(answer));
    }
  }

  private void refuse(Throwable cause) {
    Failure failure = Failure.of(cause);
    Runnable reply = () -> message.fail(failure.kind().number(), failure.getMessage());
    if (node == null) {
      reply.run();
    } else {
      unread.sendRefusal(node, reply);
    }
  }

  /**
   * Replies with a message of a stream, and awaits the one that asks for the next; throws what
   * sending it throws.
   */
  Future<io.vertx.core.eventbus.Message<Object>> replyAndAwait(
      @Nullable Object body, DeliveryOptions options) {
    if (node == null) {
      return message.replyAndRequest(body, options);
    }
    Promise<io.vertx.core.eventbus.Message<Object>> next = Promise.promise();
    unread.send(node, bytes(body), () -> message.replyAndRequest(body, options).onComplete(next));
    return next.future();
  }

  /** Replies with nothing, for the last time. */
  void end(DeliveryOptions options) {
    message.reply(null, options);
  }

  /** About what a message of the event bus has of the heap. */
  static long bytes(@Nullable Object body) {
    if (body instanceof Message typed) {
      return typed.getSerializedSize();
    }
    long bytes = 0;
    if (body instanceof JsonObject json) {
      for (Object value : json.getMap().values()) {
        bytes += bytes(value);
      }
    } else if (body instanceof JsonArray array) {
      for (Object value : array.getList()) {
        bytes += bytes(value);
      }
    } else if (body instanceof String text) {
      bytes = text.length();
    }
    return bytes;
  }
}
