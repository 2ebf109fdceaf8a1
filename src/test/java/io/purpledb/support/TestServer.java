package io.purpledb.support;

import io.purpledb.PurpleServer;
import io.purpledb.config.Config;
import io.purpledb.message.Interceptor;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.Protocol;
import io.purpledb.support.client.ServiceClient;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A server in this process, with a client of each protocol that is opened when it is first used.
 */
public final class TestServer implements AutoCloseable {

  private final PurpleServer server;
  private final Map<Protocol, ServiceClient> protocols = new EnumMap<>(Protocol.class);

  private TestServer(PurpleServer server) {
    this.server = server;
  }

  public static TestServer start(Config config, InstantSource clock) {
    return start(config, clock, List.of());
  }

  /** The same with interceptors. */
  public static TestServer start(
      Config config, InstantSource clock, List<Interceptor> interceptors) {
    return new TestServer(
        Await.value(
            PurpleServer.start(config, clock, interceptors)
                .toCompletionStage()
                .toCompletableFuture()));
  }

  public int httpPort() {
    return server.httpPort();
  }

  public int grpcPort() {
    return server.grpcPort();
  }

  public Vertx vertx() {
    return server.vertx();
  }

  /** The client of a protocol. */
  public synchronized ServiceClient client(Protocol type) {
    return protocols.computeIfAbsent(type, absent -> absent.open(server));
  }

  /** Closes the clients, then the server. */
  @Override
  public synchronized void close() {
    protocols.values().forEach(ServiceClient::close);
    Await.value(server.close().toCompletionStage().toCompletableFuture());
  }
}
