package io.purpledb.support.client;

import com.google.protobuf.Message;
import io.purpledb.message.Operation;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletableFuture;

/** The event bus: the typed messages, sent from outside of the server's event loops. */
public final class BusServiceClient implements ServiceClient {

  private static final long TIMEOUT_MILLIS = 20_000;

  private final Vertx vertx;

  public BusServiceClient(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public <R extends Message> CompletableFuture<R> call(Message request) {
    String address = Bus.service(Operation.of(request).service());
    return Caller.anywhere(vertx, address, TIMEOUT_MILLIS)
        .<R>request(request)
        .recover(failure -> Future.failedFuture(RefusedException.ofBus(failure)))
        .toCompletionStage()
        .toCompletableFuture();
  }
}
