package io.purpledb.backend.redis;

import io.purpledb.backend.BackendFactory;
import io.purpledb.backend.Backends;
import io.purpledb.config.Config;

/** Opens a Redis, which all nodes of a cluster have in common. */
public final class RedisFactory implements BackendFactory {

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public boolean isForClusters() {
    return true;
  }

  @Override
  public Backends create(Surroundings around) {
    Config config = around.config();
    return new RedisBackends(
        around.vertx(),
        config.redisUrl(),
        config.redisLayout(),
        timeoutMillis(config),
        config.maxInFlight());
  }

  /** Less than the request has, so that the caller is told what Redis did not answer. */
  private static long timeoutMillis(Config config) {
    return config.requestTimeoutMillis() / 2;
  }
}
