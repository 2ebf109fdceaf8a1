package io.purpledb.server;

import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.wire.Shown;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a request ask of any server, and the failures of those that cannot be done.
 */
public final class Heeded {

  /** The one encoding of a body that is known. */
  public static final String IDENTITY = "identity";

  private static final String CONTINUE = "100-continue";

  private Heeded() {}

  /** Whether a client waits to be told to go on. */
  public static boolean asksToGoOn(MultiMap headers) {
    return CONTINUE.equalsIgnoreCase(headers.get(HttpHeaders.EXPECT));
  }

  /** The failure of a request that expects something else; null when it does not. */
  public static @Nullable Failure checkExpectation(MultiMap headers) {
    String expected = otherThan(CONTINUE, headers, HttpHeaders.EXPECT);
    return expected == null
        ? null
        : new Failure(
            Kind.EXPECTATION_FAILED,
            "Expect: %s (expected: %s)".formatted(Shown.cut(expected), CONTINUE));
  }

  /** The failure of a request whose body is encoded; null when it is not. */
  public static @Nullable Failure checkEncoding(MultiMap headers) {
    String codings = otherThan(IDENTITY, headers, HttpHeaders.CONTENT_ENCODING);
    return codings == null
        ? null
        : new Failure(
            Kind.UNSUPPORTED_MEDIA_TYPE,
            "Content-Encoding: %s (expected: %s)".formatted(Shown.cut(codings), IDENTITY));
  }

  /** The failure of a request that has a header which would change what it means. */
  public static Failure notImplemented(CharSequence name, MultiMap headers) {
    return new Failure(
        Kind.NOT_IMPLEMENTED,
        "%s: %s (expected: none, because this server does not heed it)"
            .formatted(name, Shown.cut(String.valueOf(headers.get(name)))));
  }

  /** A list, in one line or in several, that has another element than this one; else null. */
  private static @Nullable String otherThan(String known, MultiMap headers, CharSequence name) {
    if (!headers.contains(name)) {
      return null;
    }
    String list = String.join(", ", headers.getAll(name));
    for (String element : list.split(",", -1)) {
      if (!element.isBlank() && !element.strip().equalsIgnoreCase(known)) {
        return list;
      }
    }
    return null;
  }
}
