package io.purpledb.server.grpc.call;

import io.purpledb.message.Failure;
import io.purpledb.message.bus.DeadlineQueue;
import io.purpledb.server.grpc.message.MessageReader;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;

/**
 * What the calls of one event loop share.
 *
 * @param incoming the calls whose request is not whole yet
 * @param reader reads messages
 * @param streams the calls that go on until the client ends them
 */
public record LoopCalls(
    Vertx vertx, DeadlineQueue incoming, MessageReader reader, Set<ServerCall> streams) {

  /** Ends the calls that nobody else ends while the server stops. */
  public void endStreams() {
    List.copyOf(streams).forEach(call -> call.fail(Failure.unavailable("the server is stopping")));
  }
}
