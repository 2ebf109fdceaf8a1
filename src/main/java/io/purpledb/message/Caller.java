package io.purpledb.message;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonObject;

/**
 * Sends typed requests to one address. Every request is answered, at the latest by its deadline.
 */
public final class Caller {

  private final EventBus bus;
  private final String address;
  private final DeliveryOptions options;

  private Caller(Vertx vertx, String address, DeliveryOptions options) {
    this.bus = vertx.eventBus();
    this.address = address;
    this.options = options;
  }

  /** Calls whoever serves the address, on this node or another. */
  public static Caller anywhere(Vertx vertx, String address, long timeoutMillis) {
    return new Caller(vertx, address, new DeliveryOptions().setSendTimeout(timeoutMillis));
  }

  /** Calls the instance on the calling event loop; only for verticles deployed once per loop. */
  public static Caller onThisLoop(Vertx vertx, String address, long timeoutMillis) {
    return new Caller(
        vertx,
        Bus.onThisLoop(address),
        new DeliveryOptions().setSendTimeout(timeoutMillis).setLocalOnly(true));
  }

  /**
   * Sends a request. The future fails with what {@link Failure#of} understands.
   *
   * @return the response; between service and backend a null response means absence
   */
  public <R extends Message> Future<R> request(Message request) {
    return bus.<R>request(address, request, options).map(io.vertx.core.eventbus.Message::body);
  }

  /** Asks whether the address can serve; fails with the reason when not. */
  public Future<Void> health() {
    DeliveryOptions asking = new DeliveryOptions(options).addHeader(Bus.OPERATION, Bus.HEALTH);
    return bus.request(address, new JsonObject(), asking).mapEmpty();
  }
}
