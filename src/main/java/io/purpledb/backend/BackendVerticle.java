package io.purpledb.backend;

import io.purpledb.message.Bus;
import io.purpledb.message.Endpoint;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts one backend of one service at its address on one event loop. */
public final class BackendVerticle extends Endpoint {

  private final Supplier<? extends Backend> supplier;
  private @Nullable Backend backend;

  /**
   * @param supplier makes the instance of this verticle's event loop, on that loop
   */
  public BackendVerticle(
      String engine, String service, int maxInFlight, Supplier<? extends Backend> supplier) {
    super(Bus.backend(engine, service), maxInFlight);
    this.supplier = supplier;
  }

  @Override
  public Future<?> start() throws Exception {
    backend = supplier.get();
    backend.bind(this);
    return super.start();
  }

  @Override
  public Future<?> stop() throws Exception {
    Future<?> stopped = super.stop();
    Backend open = backend;
    return open == null ? stopped : stopped.eventually(open::close);
  }

  @Override
  protected Future<Void> health() {
    Backend open = backend;
    return open == null ? Future.failedFuture("not started") : open.health();
  }
}
