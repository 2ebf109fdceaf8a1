package io.purpledb.message.bus;

import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.ResponseStream;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;

/**
 * Sends typed requests to one address. Every request is answered, at the latest by its deadline.
 */
public interface Caller {

  /** Calls whoever serves the address, on this node or another. */
  static Caller anywhere(Vertx vertx, String address, long timeoutMillis) {
    return new PublicCaller(vertx, address, new DeliveryOptions().setSendTimeout(timeoutMillis));
  }

  /** Calls the instance on the calling event loop; only for verticles deployed once per loop. */
  static Caller onThisLoop(Vertx vertx, String address, long timeoutMillis) {
    return new LoopCaller(vertx, address, timeoutMillis);
  }

  /** Calls one of this process, on whatever loop. */
  static PublicCaller inThisProcess(Vertx vertx, String address, long timeoutMillis) {
    return new PublicCaller(
        vertx, address, new DeliveryOptions().setSendTimeout(timeoutMillis).setLocalOnly(true));
  }

  /**
   * Sends a request. The future fails with what {@link Failure#of} understands.
   *
   * @param call what goes with it; a deadline earlier than the caller's own is kept
   * @return the response; null where there is none, which is no answer of a service
   */
  <R extends Message> Future<R> request(Message request, Call call);

  /** The same for a request that says nothing but what it asks for. */
  default <R extends Message> Future<R> request(Message request) {
    return request(request, Call.NOTHING);
  }

  /**
   * Sends a request that is answered by many messages. The future fails as that of {@link
   * #request}; after it has the stream, the stream does.
   *
   * @param call what goes with it; its deadline, if it has one, ends the stream
   */
  <R extends Message> Future<ResponseStream<R>> stream(Message request, Call call);

  /** Asks whether the address can serve; fails with the reason when not. */
  Future<Void> health();
}
