package io.purpledb.server.http;

import io.purpledb.config.Config;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.Cors;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.answer.EventStreams;
import io.purpledb.server.http.answer.Problem;
import io.purpledb.server.http.binding.Bindings;
import io.purpledb.server.http.contract.HttpContract;
import io.purpledb.server.http.contract.OperationCheck;
import io.purpledb.server.http.parameter.PathCheck;
import io.purpledb.server.wire.CommonHeaders;
import io.purpledb.server.wire.Shown;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The routes of the contract on one event loop. A request that has the path and the method of an
 * operation goes straight to its handler. The rest goes through the routers that RouterBuilder
 * mounts, one for each first segment of a path, which find out what is wrong with it. They would
 * serve all requests alike; but a context, a regular expression and a decoded query for each cost
 * an eighth of a small request.
 */
final class Routes implements Handler<HttpServerRequest> {

  /** Where people who try a browser want to be. */
  private static final Map<String, String> PAGES = Map.of("/", "/docs", "/docs/", "/docs");

  private static final List<HttpMethod> READS = List.of(HttpMethod.GET, HttpMethod.HEAD);

  /** The target that is the server as a whole (RFC 9110, section 9.3.7). */
  private static final String SERVER = "*";

  private static final int NO_CONTENT = 204;

  private final HttpContract contract;
  private final String allowedSomewhere;
  private final Map<String, PathSegment> segments = new HashMap<>();

  /** What is served below one first segment of a path. */
  private record PathSegment(List<OperationHandler> handlers, Router router) {}

  Routes(
      Vertx vertx, Config config, HttpContract contract, Bindings bindings, EventStreams streams) {
    this.contract = contract;
    this.allowedSomewhere =
        list(
            Stream.concat(
                Stream.of(HttpMethod.OPTIONS),
                contract.operations().stream().flatMap(o -> o.methods().stream())));
    Map<String, List<OperationHandler>> handlers = new HashMap<>();
    RouterBuilder builder = RouterBuilder.create(vertx, contract.openapi());
    for (OperationCheck operation : contract.operations()) {
      OperationHandler handler =
          new OperationHandler(operation, bindings.get(operation.id()), vertx, config, streams);
      builder
          .getRoute(operation.id())
          .setDoValidation(false) // OperationCheck does it
          .addHandler(context -> serve(context.request(), handler));
      String segment = firstSegment(operation.path().template().path());
      handlers.computeIfAbsent(segment, s -> new ArrayList<>()).add(handler);
    }
    handlers.forEach(
        (segment, list) -> segments.put(segment, new PathSegment(list, router(builder, segment))));
  }

  @Override
  public void handle(HttpServerRequest request) {
    String path = request.path();
    if (!path.startsWith("/")) {
      serveOther(request);
      return;
    }
    PathSegment segment = segments.get(firstSegment(path));
    String page = path.endsWith("/") ? PAGES.get(path) : null;
    if (page != null && READS.contains(request.method())) {
      Answer.redirect(request, page);
    } else if (page != null) {
      noSuchMethod(request);
    } else if (segment == null) {
      noSuchPath(request);
    } else {
      serve(request, segment);
    }
  }

  /** Says what a path lets pages do; a path of no operation has nothing. */
  void answerPreflight(HttpServerRequest request, Cors cors) {
    String methods = methods(request.path());
    if (methods.isEmpty()) {
      noSuchPath(request);
    } else {
      CommonHeaders.put(request.response());
      cors.answerPreflight(request, methods);
    }
  }

  /** A request whose target is no path: of the whole server, or of none of its resources. */
  private void serveOther(HttpServerRequest request) {
    String target = request.uri();
    if (request.method().equals(HttpMethod.OPTIONS) && target.equals(SERVER)) {
      request.response().putHeader(HttpHeaders.ALLOW, allowedSomewhere);
      Answer.EMPTY.send(request, NO_CONTENT);
    } else if (request.method().equals(HttpMethod.CONNECT)) {
      Problem.send(request, noTunnel(target));
    } else {
      Problem.send(
          request,
          Failure.invalid(
              "request target: %s (expected: a path, which begins with /)"
                  .formatted(Shown.cut(target))));
    }
  }

  /** The failure of a client that takes this server for a proxy. */
  static Failure noTunnel(String target) {
    return new Failure(
        Kind.NOT_IMPLEMENTED,
        "CONNECT: %s (expected: another method, as this server is no proxy)"
            .formatted(Shown.cut(target)));
  }

  private void serve(HttpServerRequest request, PathSegment segment) {
    for (OperationHandler handler : segment.handlers()) {
      if (handler.serves(request.method(), request.path())) {
        handler.handle(request);
        return;
      }
    }
    segment.router().handle(request);
  }

  /** Serves what the router has found; it takes a slash at the end of a path for nothing. */
  private static void serve(HttpServerRequest request, OperationHandler handler) {
    if (handler.serves(request.method(), request.path())) {
      handler.handle(request);
    } else {
      noSuchPath(request);
    }
  }

  private static void noSuchPath(HttpServerRequest request) {
    Problem.send(request, PathCheck.noSuchPath(request.path()));
  }

  private Router router(RouterBuilder builder, String firstSegment) {
    Router router = builder.createRouter();
    for (Route route : router.getRoutes()) {
      if (firstSegment(route.getPath()).equals(firstSegment)) {
        route.useNormalizedPath(false);
        if (route.methods().contains(HttpMethod.GET)) {
          route.method(HttpMethod.HEAD);
        }
      } else {
        route.remove();
      }
    }
    return router
        .errorHandler(400, this::malformed)
        .errorHandler(404, context -> noSuchMethod(context.request()))
        .errorHandler(405, context -> noSuchMethod(context.request()))
        .errorHandler(500, context -> Problem.send(context.request(), context.failure()));
  }

  /** Vert.x has refused to decode it; our own check says what is wrong, by name. */
  private void malformed(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (at(request.path()).findAny().isEmpty()) {
      noSuchPath(request); // it has a slash at its end, which the router takes for nothing
      return;
    }
    Throwable cause = context.failure(); // null when the path or the query cannot be decoded
    Failure failure =
        Failure.invalid("request: " + (cause == null ? "malformed" : cause.getMessage()));
    try {
      at(request.path())
          .filter(operation -> operation.methods().contains(request.method()))
          .forEach(o -> o.check(request.path(), request.query(), request.headers()));
    } catch (Failure named) {
      failure = named;
    }
    Problem.send(request, failure);
  }

  private void noSuchMethod(HttpServerRequest request) {
    String allowed = methods(request.path());
    if (allowed.isEmpty()) { // the router takes a slash at the end of a path for nothing, too
      noSuchPath(request);
      return;
    }
    request.response().putHeader(HttpHeaders.ALLOW, allowed);
    Problem.send(
        request,
        new Failure(
            Kind.NO_SUCH_METHOD,
            "%s (expected: %s)".formatted(Shown.cut(request.method().name()), allowed)));
  }

  private String methods(String rawPath) {
    return list(
        PAGES.containsKey(rawPath)
            ? READS.stream()
            : at(rawPath).flatMap(operation -> operation.methods().stream()));
  }

  private static String list(Stream<HttpMethod> methods) {
    return methods.map(HttpMethod::name).distinct().sorted().collect(Collectors.joining(", "));
  }

  private Stream<OperationCheck> at(String rawPath) {
    return contract.operations().stream()
        .filter(operation -> operation.path().template().matches(rawPath));
  }

  /** The first segment of a path, which starts with a slash. */
  private static String firstSegment(String path) {
    int end = path.indexOf('/', 1);
    return end < 0 ? path.substring(1) : path.substring(1, end);
  }
}
