package io.purpledb.backend;

import io.purpledb.engine.Capability;
import io.purpledb.engine.Engine;
import java.util.EnumSet;
import java.util.Set;

/** Opens an engine for the services that use it. */
public interface Backends {

  /** The engine's name, as in settings and addresses: that of its {@link BackendFactory}. */
  String name();

  /**
   * Opens what a service needs, before any instance of it is made. Called off the event loop.
   *
   * @throws io.purpledb.config.StartFailure when it cannot be had, with one line that says why
   */
  void open(String service);

  /**
   * What keeps the entries of a service that has been opened, for the calls of one event loop, on
   * which it is asked for.
   */
  Engine engine(String service);

  /**
   * Whether all event loops and services have the same engine, which {@link #close} closes; else
   * each is closed by who has asked for it.
   */
  boolean isShared();

  /** What the engine of a service that has been opened can do. */
  default Set<Capability> capabilities(String service) {
    return EnumSet.allOf(Capability.class);
  }

  /** Closes what was opened, after all instances are closed. Called off the event loop. */
  void close();
}
