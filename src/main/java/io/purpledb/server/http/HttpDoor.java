package io.purpledb.server.http;

import io.purpledb.config.Config;
import io.purpledb.message.Bus;
import io.purpledb.message.Caller;
import io.purpledb.message.PublicCaller;
import io.purpledb.server.Door;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP door of one event loop: turns the requests of the contract into messages for the
 * services of the same loop, and their responses into answers. Deployed once per event loop; all
 * instances share the port.
 */
public final class HttpDoor extends VerticleBase implements Door {

  /**
   * Any free port, the same one for all instances: Vert.x lets those share that ask with the same
   * negative number.
   */
  private static final int FREE_PORT = -2;

  private static final int MAX_REQUEST_LINE_BYTES = 64 * 1024;
  private static final int MAX_HEADERS_BYTES = 16 * 1024;
  private static final long IDLE_MILLIS = 60_000;
  private static final int GRACE_SECONDS = 10;
  private static final long HEALTH_MILLIS = 1_000;

  private final Config config;
  private final HttpContract contract;
  private final long idleMillis;
  private @Nullable HttpServer server;

  public HttpDoor(Config config, HttpContract contract) {
    this(config, contract, Math.max(IDLE_MILLIS, 2 * config.requestTimeoutMillis()));
  }

  /**
   * A door with another patience.
   *
   * @param idleMillis after how long a connection is closed on which nothing moves; longer than a
   *     request may take
   */
  HttpDoor(Config config, HttpContract contract, long idleMillis) {
    this.config = config;
    this.contract = contract;
    this.idleMillis = idleMillis;
  }

  @Override
  public int port() {
    HttpServer started = server;
    return started == null ? 0 : started.actualPort();
  }

  @Override
  public Future<?> start() {
    int port = config.httpPort() == 0 ? FREE_PORT : config.httpPort();
    Routes routes = new Routes(vertx, config, contract, bindings());
    HttpServer starting =
        vertx
            .createHttpServer(options())
            .requestHandler(routes)
            .invalidRequestHandler(Problem::refuseMalformed)
            .connectionHandler(connection -> handleAllVersions(connection, routes));
    server = starting;
    return starting.listen(port, config.host());
  }

  /** Without this, Vert.x itself answers other versions of HTTP: 501, and no problem+json. */
  private static void handleAllVersions(HttpConnection connection, Routes routes) {
    ((HttpServerConnection) connection).handler(routes);
  }

  /** Stops accepting and gives the requests in flight some seconds to finish. */
  @Override
  public Future<?> stop() {
    HttpServer started = server;
    return started == null
        ? Future.succeededFuture()
        : started.shutdown(GRACE_SECONDS, TimeUnit.SECONDS);
  }

  private Bindings bindings() {
    Bindings bindings = new Bindings(contract, callers(config.requestTimeoutMillis()));
    CacheHttp.bind(bindings);
    CounterHttp.bind(bindings);
    FlagHttp.bind(bindings);
    KvHttp.bind(bindings);
    SetHttp.bind(bindings);
    Health health = new Health(config, callers(HEALTH_MILLIS), cluster());
    ServerHttp.bind(bindings, contract.files(), health);
    return bindings;
  }

  private @Nullable PublicCaller cluster() {
    return config.cluster() == null
        ? null
        : Caller.inThisProcess(vertx, Bus.CLUSTER, HEALTH_MILLIS);
  }

  private Map<String, Caller> callers(long timeoutMillis) {
    Map<String, Caller> callers = new LinkedHashMap<>();
    for (String service : contract.services()) {
      callers.put(service, Caller.onThisLoop(vertx, Bus.service(service), timeoutMillis));
    }
    return callers;
  }

  private HttpServerOptions options() {
    return new HttpServerOptions()
        .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
        .setMaxHeaderSize(MAX_HEADERS_BYTES)
        .setIdleTimeout((int) idleMillis)
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setHttp2ClearTextEnabled(false); // HTTP/1.1 only: its upgrade answers without a problem
  }
}
