package io.purpledb.server.http;

import io.netty.handler.codec.http2.Http2Connection;
import io.purpledb.config.Config;
import io.purpledb.message.Failure;
import io.purpledb.message.Notices;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.message.bus.PublicCaller;
import io.purpledb.server.AllowedHosts;
import io.purpledb.server.Cors;
import io.purpledb.server.ServerVerticle;
import io.purpledb.server.http.answer.EventStreams;
import io.purpledb.server.http.answer.Problem;
import io.purpledb.server.http.binding.Bindings;
import io.purpledb.server.http.binding.HealthHandler;
import io.purpledb.server.http.binding.ServerHttp;
import io.purpledb.server.http.contract.HttpContract;
import io.purpledb.server.wire.FirstRequest;
import io.purpledb.server.wire.Room;
import io.purpledb.server.wire.connection.ConnectionSetup;
import io.purpledb.server.wire.connection.IdleConnection;
import io.purpledb.server.wire.connection.ServerOptions;
import io.purpledb.server.wire.http2.HeaderSize;
import io.purpledb.server.wire.http2.LargeHeaders;
import io.purpledb.server.wire.http2.UnwantedRest;
import io.purpledb.server.wire.unread.UnreadAnswers;
import io.purpledb.server.wire.unread.UnreadConnection;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server of one event loop: turns the requests of the contract into messages for the
 * services of the same loop, and their responses into answers, over HTTP/1.1 and over HTTP/2
 * without TLS. Deployed once per event loop; all instances share the port.
 */
public final class HttpServerVerticle extends VerticleBase implements ServerVerticle {

  /**
   * Any free port, the same one for all instances: Vert.x lets those share that ask with the same
   * negative number.
   */
  private static final int FREE_PORT = -2;

  static final int MAX_REQUEST_LINE_BYTES = 64 * 1024;
  private static final String EXPOSED_HEADERS =
      "accept-encoding, allow, content-length, date, retry-after";
  private static final int GRACE_SECONDS = 10;
  private static final long HEALTH_MILLIS = 1_000;

  /** A stream of events that says nothing for so long says that it is there. */
  private static final long QUIET_MILLIS = 15_000;

  private final Config config;
  private final HttpContract contract;
  private final long idleMillis;
  private final Consumer<Bindings> services;
  private @Nullable HttpServer server;
  private @Nullable UnreadAnswers unread;
  private @Nullable EventStreams streams;

  /**
   * @param services binds the operations of the services
   */
  public HttpServerVerticle(Config config, HttpContract contract, Consumer<Bindings> services) {
    this(config, contract, idleMillis(config), services);
  }

  /**
   * A server with another patience.
   *
   * @param idleMillis after how long a connection is closed on which nothing moves; longer than a
   *     request may take
   */
  HttpServerVerticle(
      Config config, HttpContract contract, long idleMillis, Consumer<Bindings> services) {
    this.config = config;
    this.contract = contract;
    this.idleMillis = idleMillis;
    this.services = services;
  }

  private static long idleMillis(Config config) {
    return Math.max(config.limits().idleMillis(), 2 * config.requestTimeoutMillis());
  }

  @Override
  public int port() {
    HttpServer started = server;
    return started == null ? 0 : started.actualPort();
  }

  @Override
  public Future<?> start() {
    int port = config.httpPort() == 0 ? FREE_PORT : config.httpPort();
    EventStreams opening = new EventStreams(vertx, Math.min(QUIET_MILLIS, idleMillis / 3));
    streams = opening;
    Routes routes = new Routes(vertx, config, contract, bindings(), opening);
    AllowedHosts hosts = new AllowedHosts(config);
    Cors cors = new Cors(config.limits().browsers(), EXPOSED_HEADERS);
    UnreadAnswers watching = UnreadAnswers.andIdle(vertx, Room.OF_ANSWERS, idleMillis);
    unread = watching;
    Handler<HttpServerRequest> router = request -> route(request, routes, hosts, cors);
    Handler<HttpServerRequest> requests = request -> serve(request, router);
    HttpServer starting =
        vertx
            .createHttpServer(options())
            .requestHandler(requests)
            .invalidRequestHandler(
                request -> {
                  cors.allow(request); // as far as its headers could be read
                  Problem.refuseMalformed(request);
                })
            .connectionHandler(connection -> accept(connection, watching, requests, router));
    server = starting;
    return starting.listen(port, config.host());
  }

  private void accept(
      HttpConnection connection,
      UnreadAnswers unread,
      Handler<HttpServerRequest> requests,
      Handler<HttpServerRequest> router) {
    ConnectionSetup.removeIdleHandler(connection);
    Http2Connection streams = ConnectionSetup.streams(connection);
    if (streams == null) {
      unread.add(connection);
      // Without this, Vert.x itself answers other versions of HTTP: 501, and no problem+json.
      ((HttpServerConnection) connection).handler(requests);
    } else {
      ConnectionSetup.prepare(connection);
      LargeHeaders.watch(connection, this::refusal);
      UnwantedRest.watch(connection);
      IdleConnection.watch(connection, idleMillis);
      unread.add(connection);
      acceptHttp2((HttpServerConnection) connection, streams, router);
    }
  }

  private void acceptHttp2(
      HttpServerConnection connection, Http2Connection streams, Handler<HttpServerRequest> router) {
    Http2Requests http2 = new Http2Requests(streams, config.limits().maxHeaderBytes(), router);
    connection.handler(
        request -> {
          if (http2.begin(request)) {
            boolean goesOn = http2.goesOn(request);
            serve(request, same -> http2.route(same, goesOn));
          }
        });
  }

  /** The answer to a request of HTTP/2 whose headers are not read. */
  private LargeHeaders.Refusal refusal(long bytes) {
    int max = config.limits().maxHeaderBytes();
    return Problem.refusal(HeaderSize.notRead(Http2Requests.HEADERS, bytes, max));
  }

  /** Serves a request, but not before its connection has read what was answered before. */
  private static void serve(HttpServerRequest request, Handler<HttpServerRequest> router) {
    FirstRequest.arrived(request.connection());
    UnreadConnection unread = UnreadConnection.of(request.connection());
    if (unread.isFull()) {
      request.pause();
      unread.hold(
          () -> {
            if (!request.response().closed()) { // over HTTP/2 its client may have reset it
              router.handle(request);
              request.resume();
            }
          });
    } else {
      router.handle(request);
    }
  }

  private static void route(
      HttpServerRequest request, Routes routes, AllowedHosts hosts, Cors cors) {
    Failure misdirected = hosts.check(request);
    if (misdirected != null) {
      Problem.send(request, misdirected);
      return;
    }
    cors.allow(request);
    if (cors.isPreflight(request)) {
      routes.answerPreflight(request, cors);
    } else {
      routes.handle(request);
    }
  }

  /**
   * Lets clients move their connections elsewhere, then stops accepting and gives the requests in
   * flight some seconds to finish.
   */
  @Override
  public Future<?> stop() {
    HttpServer started = server;
    UnreadAnswers watching = unread;
    EventStreams open = streams;
    if (started == null || watching == null || open == null) {
      return Future.succeededFuture();
    }
    open.end();
    return watching
        .drain(config.limits().drainMillis())
        .onComplete(x -> open.end()) // those that began meanwhile
        .compose(x -> started.shutdown(GRACE_SECONDS, TimeUnit.SECONDS))
        .onComplete(x -> watching.close());
  }

  private Bindings bindings() {
    Bindings bindings = new Bindings(contract, callers(config.requestTimeoutMillis()));
    services.accept(bindings);
    HealthHandler health =
        new HealthHandler(config, callers(HEALTH_MILLIS), cluster(), Notices.of(vertx));
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
    boolean upgrades = true;
    return ServerOptions.of(config.limits(), upgrades)
        .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
        .setIdleTimeout((int) idleMillis) // until the first bytes say which HTTP it is
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false);
  }
}
