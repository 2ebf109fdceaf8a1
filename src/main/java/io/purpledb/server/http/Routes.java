package io.purpledb.server.http;

import io.purpledb.config.Config;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.CommonHeaders;
import io.purpledb.server.Cors;
import io.purpledb.server.Shown;
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

  private final HttpContract contract;
  private final Map<String, Segment> segments = new HashMap<>();

  /** What is served below one first segment of a path. */
  private record Segment(List<OperationHandler> handlers, Router router) {}

  Routes(
      Vertx vertx, Config config, HttpContract contract, Bindings bindings, EventStreams streams) {
    this.contract = contract;
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
        (segment, list) -> segments.put(segment, new Segment(list, router(builder, segment))));
  }

  @Override
  public void handle(HttpServerRequest request) {
    String path = request.path();
    Segment segment = segments.get(firstSegment(path));
    String page = path.endsWith("/") && isRead(request) ? PAGES.get(path) : null;
    if (page != null) {
      Answer.redirect(request, page);
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

  private static boolean isRead(HttpServerRequest request) {
    return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
  }

  private void serve(HttpServerRequest request, Segment segment) {
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
        .errorHandler(404, this::noSuchMethod)
        .errorHandler(405, this::noSuchMethod)
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

  private void noSuchMethod(RoutingContext context) {
    HttpServerRequest request = context.request();
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
    return at(rawPath)
        .flatMap(operation -> operation.methods().stream())
        .map(HttpMethod::name)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private Stream<OperationCheck> at(String rawPath) {
    return contract.operations().stream()
        .filter(operation -> operation.path().template().matches(rawPath));
  }

  /** The first segment of a path that starts with a slash; empty when it does not. */
  private static String firstSegment(String path) {
    if (!path.startsWith("/")) {
      return "";
    }
    int end = path.indexOf('/', 1);
    return end < 0 ? path.substring(1) : path.substring(1, end);
  }
}
