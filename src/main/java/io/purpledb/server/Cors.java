package io.purpledb.server;

import io.purpledb.config.Browsers;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;

/**
 * Lets pages of other origins use a server (the CORS protocol of the Fetch standard). Without
 * allowed origins nothing is said, and browsers keep the answers from those pages.
 */
public final class Cors {

  private static final int NO_CONTENT = 204;

  /** How long a browser need not ask again. */
  private static final String MAX_AGE_SECONDS = "600";

  private static final CharSequence PRIVATE_NETWORK =
      HttpHeaders.createOptimized("access-control-request-private-network");
  private static final CharSequence ALLOW_PRIVATE_NETWORK =
      HttpHeaders.createOptimized("access-control-allow-private-network");

  private final List<String> origins;
  private final boolean any;
  private final String exposed;

  /**
   * @param exposed the headers of answers that pages may read, beyond those that they always may
   */
  public Cors(Browsers browsers, String exposed) {
    this.origins = browsers.corsOrigins();
    this.any = origins.contains("*");
    this.exposed = exposed;
  }

  /** Says in the answer, whatever it will be, whether the page that asks may read it. */
  public void allow(HttpServerRequest request) {
    if (origins.isEmpty()) {
      return;
    }
    HttpServerResponse response = request.response();
    if (!any) {
      response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null || !isAllowed(origin)) {
      return;
    }
    response
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, any ? "*" : origin)
        .putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    if (!any) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
  }

  /** Whether a request asks for the permission of another one. */
  public boolean isPreflight(HttpServerRequest request) {
    return !origins.isEmpty()
        && request.method().equals(HttpMethod.OPTIONS)
        && request.headers().contains(HttpHeaders.ORIGIN)
        && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
  }

  /**
   * Answers that, after {@link #allow}.
   *
   * @param methods those of the path, with commas between
   */
  public void answerPreflight(HttpServerRequest request, String methods) {
    HttpServerResponse response = request.response();
    if (response.headers().contains(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN)) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, methods);
      String headers = request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
      if (headers != null) { // what a header may mean is checked when it comes
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, headers);
      }
      if (request.headers().contains(PRIVATE_NETWORK)) {
        response.putHeader(ALLOW_PRIVATE_NETWORK, "true");
      }
      response.putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
    }
    response.setStatusCode(NO_CONTENT).end();
  }

  private boolean isAllowed(String origin) {
    return any || origins.contains(origin);
  }
}
