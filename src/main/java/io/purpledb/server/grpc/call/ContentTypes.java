package io.purpledb.server.grpc.call;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The content types of calls, with and without parameters, which mean nothing here. */
public final class ContentTypes {

  private static final String CALL = "application/grpc";

  /** Those that need the trailers of HTTP/2. */
  private static final Set<String> GRPC = Set.of(CALL, CALL + "+proto", CALL + "+json");

  private static final Set<String> WEB =
      Set.of(CALL + "-web", CALL + "-web+proto", CALL + "-web+json");

  private ContentTypes() {}

  /** Whether a request is meant as a call, perhaps of a form that is not served. */
  public static boolean isCall(HttpServerRequest request) {
    return name(request).startsWith(CALL);
  }

  /**
   * Leaves the bare type in the headers, for those who know no parameters.
   *
   * @return what is wrong with the type; null when such calls are served
   */
  public static @Nullable String check(HttpServerRequest request) {
    String name = name(request);
    boolean served = WEB.contains(name);
    if (GRPC.contains(name)) {
      served = request.version() == HttpVersion.HTTP_2;
    }
    if (served) {
      request.headers().set(HttpHeaders.CONTENT_TYPE, name);
      return null;
    }
    String over = GRPC.contains(name) ? " over HTTP/1.1" : "";
    return "content-type: %s%s (expected: application/grpc over HTTP/2, or application/grpc-web, with protobuf messages)"
        .formatted(name.length() > 64 ? name.substring(0, 64) + "…" : name, over);
  }

  /** The type and subtype in lower case; empty when there is none. */
  private static String name(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null) {
      return "";
    }
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }
}
