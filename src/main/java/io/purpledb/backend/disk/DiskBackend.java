package io.purpledb.backend.disk;

import io.purpledb.backend.Backend;
import io.vertx.core.Future;

/** What all disk backends have in common: they are healthy when their database is open. */
interface DiskBackend extends Backend {

  DiskAccess disk();

  @Override
  default Future<Void> health() {
    return disk().health();
  }
}
