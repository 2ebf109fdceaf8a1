package io.purpledb.server;

import io.vertx.core.Deployable;

/** A way into the server, deployed once per event loop; all instances share its port. */
public interface ServerVerticle extends Deployable {

  /** The port that is listened on, also when the setting was 0; 0 before the start. */
  int port();
}
