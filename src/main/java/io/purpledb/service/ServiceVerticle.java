package io.purpledb.service;

import com.google.protobuf.Message;
import io.purpledb.config.Config;
import io.purpledb.message.Call;
import io.purpledb.message.Operation;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.message.bus.Endpoint;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Puts a service at its address on one event loop: it checks requests by the bounds that the
 * contract declares, and sends them on to where the entries of the service are.
 */
public final class ServiceVerticle extends Endpoint {

  private final String backendAddress;
  private final long timeoutMillis;
  private @Nullable Caller backend;

  /**
   * @param name the short name, as in settings: {@code kv}
   */
  public ServiceVerticle(String name, Config config) {
    super(Bus.service(name), Integer.MAX_VALUE); // its backend bounds what is in flight
    this.backendAddress = Bus.backend(config.backend(name), name);
    this.timeoutMillis = config.requestTimeoutMillis();
    Operation.ALL.stream()
        .filter(operation -> operation.service().equals(name))
        .forEach(operation -> serve(operation.request(), config.maxValueBytes()));
  }

  private <Q extends Message> void serve(Q request, int maxValueBytes) {
    FieldChecks checks = FieldChecks.of(request, maxValueBytes);
    @SuppressWarnings("unchecked") // the class of a message
    Class<Q> type = (Class<Q>) request.getClass();
    on(
        type,
        (Q asked, Call call) -> {
          checks.check(asked);
          return started().<Message>request(asked, call);
        });
  }

  @Override
  public Future<?> start() throws Exception {
    backend = Caller.onThisLoop(vertx, backendAddress, timeoutMillis);
    return super.start();
  }

  /** The servers of all protocols send their requests here. */
  @Override
  protected boolean isEntrance() {
    return true;
  }

  @Override
  protected Future<Void> health() {
    return started().health();
  }

  private Caller started() {
    Caller caller = backend;
    if (caller == null) {
      throw new IllegalStateException("not started");
    }
    return caller;
  }
}
