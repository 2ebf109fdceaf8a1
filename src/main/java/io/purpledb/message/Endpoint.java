package io.purpledb.message;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A verticle that answers requests at an address: a table from request type to handler. It is
 * deployed once per event loop and listens twice, at the public address and at the address of its
 * loop. Every request gets an answer, also when a handler throws.
 */
public abstract class Endpoint extends VerticleBase {

  private final String address;
  private final int maxInFlight;
  private final Map<Class<?>, Function<Message, Future<?>>> handlers = new HashMap<>();
  private final List<MessageConsumer<Object>> consumers = new ArrayList<>();
  private int inFlight;

  /**
   * @param address the public address, see {@link Bus}
   * @param maxInFlight how many requests this instance works on at once; more are refused as busy
   */
  protected Endpoint(String address, int maxInFlight) {
    this.address = address;
    this.maxInFlight = maxInFlight;
  }

  /** Says how one type of request is answered; a null response means absence. */
  public final <Q extends Message, R extends Message> void on(
      Class<Q> type, Function<Q, Future<@Nullable R>> handler) {
    handlers.put(type, request -> handler.apply(type.cast(request)));
  }

  /** Whether this instance can serve; fails with the reason when not. */
  protected abstract Future<Void> health();

  @Override
  public Future<?> start() throws Exception {
    consumers.add(vertx.eventBus().localConsumer(Bus.onThisLoop(address), this::receive));
    MessageConsumer<Object> shared = vertx.eventBus().consumer(address, this::receive);
    consumers.add(shared);
    return shared.completion();
  }

  @Override
  public Future<?> stop() throws Exception {
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
  }

  private void receive(io.vertx.core.eventbus.Message<Object> message) {
    if (inFlight >= maxInFlight) {
      fail(
          message,
          Failure.busy(
              "%s: %d requests in flight (expected: at most %d)"
                  .formatted(address, inFlight, maxInFlight)));
      return;
    }
    inFlight++;
    answer(message)
        .onComplete(
            reply -> {
              inFlight--;
              if (reply.succeeded()) {
                message.reply(reply.result());
              } else {
                fail(message, reply.cause());
              }
            });
  }

  private Future<?> answer(io.vertx.core.eventbus.Message<Object> message) {
    try {
      Object body = message.body();
      if (body instanceof Message request) {
        return handler(request).apply(request);
      }
      return answerPlain(message.headers().get(Bus.OPERATION), body);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private Future<?> answerPlain(@Nullable String id, @Nullable Object body) {
    if (Bus.HEALTH.equals(id)) {
      return health().map(ok -> new JsonObject());
    }
    Operation operation = id == null ? null : Operation.withId(id);
    if (operation == null) {
      throw Failure.invalid(
          "header operation: %s (expected: %s or an operation of %s such as kvGet)"
              .formatted(id, Bus.HEALTH, address));
    }
    if (!(body instanceof JsonObject json)) {
      throw Failure.invalid(
          "body of %s: %s (expected: a JSON object)"
              .formatted(id, body == null ? null : body.getClass().getSimpleName()));
    }
    Message request = JsonMessages.fromJson(json, operation.request());
    return handler(request)
        .apply(request)
        .map(response -> response == null ? null : JsonMessages.toJson((Message) response));
  }

  private Function<Message, Future<?>> handler(Message request) {
    Function<Message, Future<?>> handler = handlers.get(request.getClass());
    if (handler == null) {
      throw Failure.invalid(
          "%s: not an operation of %s"
              .formatted(request.getDescriptorForType().getFullName(), address));
    }
    return handler;
  }

  private static void fail(io.vertx.core.eventbus.Message<Object> message, Throwable cause) {
    Failure failure = Failure.of(cause);
    message.fail(failure.kind().httpStatus(), failure.getMessage());
  }
}
