package io.purpledb.server.http;

import io.purpledb.PurpleServer;
import io.purpledb.config.Config;
import io.purpledb.support.TestService;
import java.time.InstantSource;

/**
 * A server with the {@link TestOperations}, in a process of its own: clients in other languages are
 * tried on it by {@code clients/build.sh}. It prints its URL when it is ready.
 */
final class DocumentsServer {

  private DocumentsServer() {}

  public static void main(String[] args) {
    Config config = TestHttpServer.config(4_096, 10_000);
    PurpleServer server = TestHttpServer.await(PurpleServer.start(config, InstantSource.system()));
    TestService.deploy(server.vertx(), Runtime.getRuntime().availableProcessors());
    int port = TestOperations.deploy(server.vertx(), config).port();
    System.out.println("Ready. http://127.0.0.1:" + port);
  }
}
