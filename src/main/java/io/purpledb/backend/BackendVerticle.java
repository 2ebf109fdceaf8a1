package io.purpledb.backend;

import io.purpledb.message.Failure;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.service.Service;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts a service on an engine at its address on one event loop. */
public final class BackendVerticle extends Endpoint {

  private final Supplier<? extends Service> supplier;
  private final boolean ownsEngine;
  private final Admission admission;
  private @Nullable Service service;

  /**
   * @param supplier makes the instance of this verticle's event loop, on that loop
   * @param ownsEngine whether its engine is closed with it
   * @param admission whether requests may be served
   * @param isAskedByOthers whether other nodes of a cluster ask this one, too
   */
  public BackendVerticle(
      String engine,
      String name,
      int maxInFlight,
      Supplier<? extends Service> supplier,
      boolean ownsEngine,
      Admission admission,
      boolean isAskedByOthers) {
    super(
        Bus.backend(engine, name),
        maxInFlight,
        isAskedByOthers ? EndpointScope.CLUSTER : EndpointScope.PROCESS);
    this.supplier = supplier;
    this.ownsEngine = ownsEngine;
    this.admission = admission;
  }

  @Override
  public Future<?> start() throws Exception {
    service = supplier.get();
    service.bind(this);
    return super.start();
  }

  @Override
  public Future<?> stop() throws Exception {
    Future<?> stopped = super.stop();
    Service open = service;
    return open == null || !ownsEngine ? stopped : stopped.eventually(() -> open.engine().close());
  }

  @Override
  protected @Nullable Failure refusal() {
    return admission.refusal();
  }

  @Override
  protected Future<Void> health() {
    Failure notReady = admission.notReady();
    Service open = service;
    if (notReady != null || open == null) {
      return Future.failedFuture(notReady == null ? Failure.unavailable("not started") : notReady);
    }
    return open.health();
  }
}
