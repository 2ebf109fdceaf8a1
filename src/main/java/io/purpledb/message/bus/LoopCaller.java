package io.purpledb.message.bus;

import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.ResponseStream;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageProducer;
import org.jspecify.annotations.Nullable;

/** Calls the instance of an endpoint that runs on the same event loop. */
final class LoopCaller implements Caller {

  private final MessageProducer<LocalCall> instance;
  private final DeadlineQueue deadlines;

  LoopCaller(Vertx vertx, String address, long timeoutMillis) {
    this.instance =
        vertx.eventBus().sender(Bus.onThisLoop(address), new DeliveryOptions().setLocalOnly(true));
    this.deadlines = new DeadlineQueue(vertx, timeoutMillis);
  }

  @Override
  @SuppressWarnings("unchecked") // the endpoint answers a request with its own response
  public <R extends Message> Future<R> request(Message request, Call call) {
    return (Future<R>) (Future<?>) send(new LocalCall(request, bounded(call), deadlines));
  }

  @Override
  @SuppressWarnings("unchecked") // the endpoint answers a request with a stream of its own response
  public <R extends Message> Future<ResponseStream<R>> stream(Message request, Call call) {
    return (Future<ResponseStream<R>>) (Future<?>) send(new LocalCall(request, call, deadlines));
  }

  private Call bounded(Call call) {
    return call.deadlineNanos() == Call.NO_DEADLINE
        ? call.endingWithin(deadlines.timeoutMillis())
        : call;
  }

  @Override
  public Future<Void> health() {
    return send(new LocalCall(null, Call.NOTHING, deadlines)).mapEmpty();
  }

  private Future<@Nullable Object> send(LocalCall local) {
    try {
      Future<Void> sent = instance.write(local);
      if (!sent.succeeded()) { // a listener for each would cost more than the rest of this class
        sent.onFailure(local::fail);
      }
    } catch (Throwable t) {
      local.fail(t); // it does not wait for an answer that nobody was asked for
    }
    return local.response();
  }
}
