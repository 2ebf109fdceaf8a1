package io.purpledb.backend.disk;

import io.purpledb.backend.BackendFactory;
import io.purpledb.backend.Backends;
import io.purpledb.config.Config;

/** Opens the files of the data directory; in a cluster one node has them. */
public final class DiskFactory implements BackendFactory {

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public boolean isForClusters() {
    return true;
  }

  @Override
  public Backends create(Surroundings around) {
    Config config = around.config();
    return new DiskBackends(
        around.vertx(),
        config.dataDir(),
        config.durability(),
        config.cacheMaxBytes(),
        around.clock(),
        config.maxInFlight() * around.loops());
  }
}
