package io.purpledb.conformance;

import com.google.protobuf.Message;
import io.purpledb.message.Operation;
import io.purpledb.support.client.ServiceClient;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Which operations were called in which cell. */
final class Recorded {

  private static final Map<Cell, Set<String>> CALLED = new ConcurrentHashMap<>();

  private Recorded() {}

  /** The ids of the operations that were called in a cell. */
  static Set<String> operations(Cell cell) {
    return CALLED.computeIfAbsent(cell, absent -> ConcurrentHashMap.newKeySet());
  }

  /** A client that records what is called. */
  static ServiceClient client(Cell cell, ServiceClient purple) {
    Set<String> called = operations(cell);
    return new ServiceClient() {
      @Override
      public <R extends Message> CompletableFuture<R> call(Message request) {
        called.add(Operation.of(request).id());
        return purple.call(request);
      }

      @Override
      public void close() {
        purple.close();
      }
    };
  }
}
