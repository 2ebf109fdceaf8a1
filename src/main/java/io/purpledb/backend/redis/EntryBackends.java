package io.purpledb.backend.redis;

import io.purpledb.backend.Backends;
import io.purpledb.engine.Engine;

/** Layout 2: all services are entries of one engine. */
final class EntryBackends implements Backends {

  /** How many services share a link. */
  static final int SERVICES = NativeBackends.DATABASES.size();

  private final Engine engine;

  /**
   * @param engine is closed with it
   */
  EntryBackends(Engine engine) {
    this.engine = engine;
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public void open(String service) {}

  @Override
  public Engine engine(String service) {
    return engine;
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public void close() {
    engine.close().toCompletionStage().toCompletableFuture().join();
  }
}
