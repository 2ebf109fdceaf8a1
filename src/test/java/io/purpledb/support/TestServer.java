package io.purpledb.support;

import io.purpledb.PurpleServer;
import io.purpledb.config.Config;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;

/** A server in this process, with a client of each door that is opened when it is first used. */
public final class TestServer implements AutoCloseable {

  private final PurpleServer server;
  private final Map<DoorType, Door> doors = new EnumMap<>(DoorType.class);

  private TestServer(PurpleServer server) {
    this.server = server;
  }

  public static TestServer start(Config config, InstantSource clock) {
    return new TestServer(
        Await.value(PurpleServer.start(config, clock).toCompletionStage().toCompletableFuture()));
  }

  public int httpPort() {
    return server.httpPort();
  }

  public Vertx vertx() {
    return server.vertx();
  }

  /** The client of a door. */
  public synchronized Door door(DoorType type) {
    return doors.computeIfAbsent(type, absent -> absent.open(server));
  }

  /** Closes the clients, then the server. */
  @Override
  public synchronized void close() {
    doors.values().forEach(Door::close);
    Await.value(server.close().toCompletionStage().toCompletableFuture());
  }
}
