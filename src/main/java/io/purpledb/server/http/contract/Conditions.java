package io.purpledb.server.http.contract;

import io.purpledb.message.Failure;
import io.purpledb.server.Heeded;
import io.purpledb.server.wire.Shown;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.List;

/**
 * Headers that would change what a request means, which this server cannot do yet. To overlook one
 * would do something else than was asked: a whole value replaced by a part, or a write that was not
 * to happen. What may be overlooked by RFC 9110, such as Range and If-Modified-Since, is.
 */
final class Conditions {

  private static final CharSequence CONTENT_RANGE = HttpHeaders.createOptimized("content-range");
  private static final CharSequence IF_NONE_MATCH = HttpHeaders.IF_NONE_MATCH;

  /** Those that no operation takes. */
  private static final List<CharSequence> ALWAYS =
      List.of(
          HttpHeaders.createOptimized("if-match"),
          HttpHeaders.createOptimized("x-http-method-override"),
          HttpHeaders.createOptimized("x-http-method"),
          HttpHeaders.createOptimized("x-method-override"));

  /** Those that no write takes; to a read they are a hint, and say nothing. */
  private static final List<CharSequence> WRITES =
      List.of(
          IF_NONE_MATCH,
          HttpHeaders.createOptimized("if-unmodified-since"),
          HttpHeaders.createOptimized("if"), // of WebDAV
          HttpHeaders.createOptimized("idempotency-key"));

  private Conditions() {}

  /**
   * Fails when there is one.
   *
   * @param taken the headers that the operation takes
   */
  static void require(HttpMethod method, HeaderCheck taken, MultiMap headers) {
    refuse(ALWAYS, taken, headers);
    if (!method.equals(HttpMethod.GET)) {
      refuse(WRITES, taken, headers);
      if (headers.contains(CONTENT_RANGE)) {
        throw Failure.invalid(
            "Content-Range: %s (expected: none, because a write is of the whole value)"
                .formatted(Shown.cut(headers.get(CONTENT_RANGE))));
      }
    } else if ("*".equals(headers.get(IF_NONE_MATCH)) && !taken.has(IF_NONE_MATCH)) {
      throw Heeded.notImplemented(IF_NONE_MATCH, headers);
    }
  }

  private static void refuse(List<CharSequence> names, HeaderCheck taken, MultiMap headers) {
    for (CharSequence name : names) {
      if (headers.contains(name) && !taken.has(name)) {
        throw Heeded.notImplemented(name, headers);
      }
    }
  }
}
