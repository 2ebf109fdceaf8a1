package io.purpledb.server.http;

import io.purpledb.config.Config;
import io.purpledb.message.Bus;
import io.purpledb.message.Caller;
import io.purpledb.message.Notices;
import io.purpledb.message.PublicCaller;
import io.purpledb.server.AnswerRoom;
import io.purpledb.server.Door;
import io.purpledb.server.FirstRequest;
import io.purpledb.server.UnfinishedPart;
import io.purpledb.server.UnreadAnswers;
import io.purpledb.server.UnreadConnection;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
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
  private static final long IDLE_MILLIS = 60_000;
  private static final int GRACE_SECONDS = 10;
  private static final long HEALTH_MILLIS = 1_000;

  private final Config config;
  private final HttpContract contract;
  private final long idleMillis;
  private @Nullable HttpServer server;
  private @Nullable UnreadAnswers unread;

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
    UnreadAnswers watching = new UnreadAnswers(vertx, AnswerRoom.OF_PROCESS);
    unread = watching;
    Handler<HttpServerRequest> requests = request -> serve(request, routes);
    HttpServer starting =
        vertx
            .createHttpServer(options())
            .requestHandler(requests)
            .invalidRequestHandler(Problem::refuseMalformed)
            .connectionHandler(connection -> accept(connection, watching, requests));
    server = starting;
    return starting.listen(port, config.host());
  }

  private void accept(
      HttpConnection connection, UnreadAnswers unread, Handler<HttpServerRequest> requests) {
    unread.add(connection);
    UnfinishedPart.watch(connection, config.limits().headerMillis());
    // Without this, Vert.x itself answers other versions of HTTP: 501, and no problem+json.
    ((HttpServerConnection) connection).handler(requests);
  }

  /** Serves a request, but not before its connection has read what was answered before. */
  private static void serve(HttpServerRequest request, Routes routes) {
    FirstRequest.arrived(request.connection());
    UnreadConnection unread = UnreadConnection.of(request.connection());
    if (unread.isFull()) {
      request.pause();
      unread.hold(
          () -> {
            routes.handle(request);
            request.resume();
          });
    } else {
      routes.handle(request);
    }
  }

  /** Stops accepting and gives the requests in flight some seconds to finish. */
  @Override
  public Future<?> stop() {
    HttpServer started = server;
    UnreadAnswers watching = unread;
    if (started == null || watching == null) {
      return Future.succeededFuture();
    }
    return started.shutdown(GRACE_SECONDS, TimeUnit.SECONDS).onComplete(x -> watching.close());
  }

  private Bindings bindings() {
    Bindings bindings = new Bindings(contract, callers(config.requestTimeoutMillis()));
    CacheHttp.bind(bindings);
    CounterHttp.bind(bindings);
    FlagHttp.bind(bindings);
    KvHttp.bind(bindings);
    SetHttp.bind(bindings);
    Health health = new Health(config, callers(HEALTH_MILLIS), cluster(), Notices.of(vertx));
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
        .setMaxHeaderSize(config.limits().maxHeaderBytes())
        .setIdleTimeout((int) idleMillis)
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setHttp2ClearTextEnabled(false); // HTTP/1.1 only: its upgrade answers without a problem
  }
}
