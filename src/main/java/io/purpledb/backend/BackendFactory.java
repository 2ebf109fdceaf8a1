package io.purpledb.backend;

import io.purpledb.config.BackendName;
import io.purpledb.config.Config;
import io.vertx.core.Vertx;
import java.time.InstantSource;

/**
 * Opens a backend by its name. A line in META-INF/services/io.purpledb.config.BackendName makes one
 * that users can choose.
 */
public interface BackendFactory extends BackendName {

  /**
   * What a server gives its backends.
   *
   * @param config all settings
   * @param clock tells when entries expire
   * @param loops how many event loops share an engine
   */
  record Surroundings(Config config, Vertx vertx, InstantSource clock, int loops) {}

  /** The backend of a server, in which no service is open yet. */
  Backends create(Surroundings around);
}
