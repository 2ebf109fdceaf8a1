package io.purpledb.backend.replicated;

import io.purpledb.backend.Backend;
import io.purpledb.message.Handlers;
import io.purpledb.message.Operation;
import io.vertx.core.Future;

/**
 * The data of one service in the cluster. The messages themselves go into the log, so there is
 * nothing to do per operation.
 */
record ReplicatedBackend(String service, Replication replication) implements Backend {

  @Override
  public void bind(Handlers handlers) {
    Operation.ALL.stream()
        .filter(operation -> operation.service().equals(service))
        .forEach(
            operation ->
                handlers.on(
                    operation.request().getClass(), (q, call) -> replication.submit(q, call)));
  }

  @Override
  public Future<Void> health() {
    return replication.health();
  }
}
