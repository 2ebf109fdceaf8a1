package io.purpledb.backend.disk;

import io.purpledb.backend.Backend;
import io.vertx.core.Future;

/** What all disk backends have in common: they are as healthy as their database. */
interface DiskBackend extends Backend {

  DiskDatabase database();

  @Override
  default Future<Void> health() {
    return database().health();
  }
}
