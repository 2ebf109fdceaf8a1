package io.purpledb.engine;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * How an engine is opened; made by its name in another process, so it has a constructor for that.
 */
interface EngineOpener {

  /**
   * Opens what is kept in a directory, or makes it.
   *
   * @param clock tells when entries expire
   */
  Engine open(Vertx vertx, InstantSource clock, Path directory);
}
