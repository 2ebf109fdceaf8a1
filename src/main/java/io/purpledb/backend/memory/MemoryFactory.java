package io.purpledb.backend.memory;

import io.purpledb.backend.BackendFactory;
import io.purpledb.backend.Backends;

/** Opens the memory of one process; in a cluster the data is replicated. */
public final class MemoryFactory implements BackendFactory {

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public boolean isForClusters() {
    return true;
  }

  @Override
  public Backends create(Surroundings around) {
    return new MemoryBackends(
        around.vertx(),
        around.config().cacheMaxBytes(),
        around.config().memoryBudget(),
        around.clock());
  }
}
