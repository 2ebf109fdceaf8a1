package io.purpledb.message.bus;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.JsonMessages;
import io.purpledb.message.Outcome;
import io.purpledb.message.ResponseStream;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls a public address, as any application on the event bus may. */
public final class PublicCaller implements Caller {

  private final EventBus bus;
  private final String address;
  private final DeliveryOptions options;

  PublicCaller(Vertx vertx, String address, DeliveryOptions options) {
    this.bus = vertx.eventBus();
    this.address = address;
    this.options = options;
  }

  @Override
  public <R extends Message> Future<R> request(Message request, Call call) {
    Failure refused = lacksText(request);
    if (refused != null) {
      return Future.failedFuture(refused);
    }
    try {
      return bus.<R>request(address, request, options(call))
          .map(io.vertx.core.eventbus.Message::body)
          .recover(failure -> Future.failedFuture(Outcome.of(request, failure)));
    } catch (Throwable t) { // it has no wire form, or no room for it
      return Future.failedFuture(t);
    }
  }

  @Override
  public <R extends Message> Future<ResponseStream<R>> stream(Message request, Call call) {
    Failure refused = lacksText(request);
    if (refused != null) {
      return Future.failedFuture(refused);
    }
    try {
      return bus.<R>request(address, request, streamOptions(call))
          .<ResponseStream<R>>map(first -> new BusReader<>(request, first))
          .recover(failure -> Future.failedFuture(Outcome.of(request, failure)));
    } catch (Throwable t) {
      return Future.failedFuture(t);
    }
  }

  /** Those of a stream, which the caller's time is for its beginning only. */
  private DeliveryOptions streamOptions(Call call) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    call.putInto(headers);
    return new DeliveryOptions(options).setHeaders(headers);
  }

  /** Those of a request, which is waited for as long as its deadline allows. */
  private DeliveryOptions options(Call call) {
    if (call.equals(Call.NOTHING)) {
      return options;
    }
    Call bounded = call.endingWithin(options.getSendTimeout());
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    bounded.putInto(headers);
    return new DeliveryOptions(options)
        .setSendTimeout(Math.max(1, bounded.leftMillis(options.getSendTimeout())))
        .setHeaders(headers);
  }

  @Override
  public Future<Void> health() {
    return state().mapEmpty();
  }

  /** Asks for the health with what there is to say about it; fails with the reason when bad. */
  public Future<JsonObject> state() {
    DeliveryOptions asking = new DeliveryOptions(options).addHeader(Bus.OPERATION, Bus.HEALTH);
    return bus.<JsonObject>request(address, new JsonObject(), asking)
        .map(io.vertx.core.eventbus.Message::body);
  }

  /** On the way to another node a lone surrogate becomes a question mark, and so another key. */
  private static @Nullable Failure lacksText(Message request) {
    for (Map.Entry<FieldDescriptor, Object> field : request.getAllFields().entrySet()) {
      Object value = field.getValue();
      for (Object one : value instanceof List<?> several ? several : List.of(value)) {
        if (one instanceof String text && !JsonMessages.isWellFormed(text)) {
          return Failure.invalid(
              "%s: a lone surrogate (expected: well-formed Unicode)"
                  .formatted(field.getKey().getName()));
        }
        Failure within = one instanceof Message part ? lacksText(part) : null;
        if (within != null) {
          return within;
        }
      }
    }
    return null;
  }
}
