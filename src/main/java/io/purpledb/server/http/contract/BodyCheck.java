package io.purpledb.server.http.contract;

import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.wire.Shown;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operation says of the body of its requests.
 *
 * @param taken whether there may be one
 * @param required whether there must be one, be it empty
 * @param form its JSON form when that is an object of texts; null when it has none
 * @param document its JSON form when that is anything else; null when it has none. With neither a
 *     body of any media type is bytes
 */
public record BodyCheck(
    boolean taken, boolean required, @Nullable JsonForm form, @Nullable JsonDocument document) {

  /** An operation that takes no body. */
  static final BodyCheck NONE = new BodyCheck(false, false, null, null);

  private static final long MIB = 1 << 20;

  /** The most that is read as JSON, in bytes: to parse a text takes about six times its size. */
  private static final long MOST_JSON = mostJson(Runtime.getRuntime().maxMemory());

  private static final MediaType JSON = new MediaType("application/json", null, true);
  private static final MediaType BYTES = new MediaType("application/octet-stream", null, true);

  /** What the body is, by its Content-Type; fails as unsupported when that is malformed. */
  MediaType type(MultiMap headers) {
    List<String> types = taken ? headers.getAll(HttpHeaders.CONTENT_TYPE) : List.of();
    if (types.isEmpty()) {
      return isJson() ? JSON : BYTES;
    }
    MediaType type = types.size() == 1 ? MediaType.parse(types.get(0)) : null;
    if (type == null) {
      throw new Failure(
          Kind.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type: %s (expected: one media type)"
              .formatted(Shown.cut(String.join(", ", types))));
    }
    requireJson(type);
    if (isForm(type)) {
      type.requireUtf8();
    }
    return type;
  }

  private boolean isJson() {
    return form != null || document != null;
  }

  /** Fails as unsupported when the body must be JSON and is something else. */
  private void requireJson(MediaType type) {
    if (document != null && !isForm(type)) {
      throw new Failure(
          Kind.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type: %s (expected: %s)".formatted(type.name(), JSON.name()));
    }
  }

  /** Whether a body of this type is the JSON form. */
  boolean isForm(MediaType type) {
    return isJson() && type.name().equals(JSON.name());
  }

  /** The largest body of a type for a value of a size: JSON may write a byte as 6 characters. */
  public long maxBytes(MediaType type, long maxValueBytes) {
    if (!taken) {
      return 0;
    }
    return isForm(type) ? Math.min(6 * maxValueBytes + 1024, MOST_JSON) : maxValueBytes;
  }

  /**
   * @param heap the largest that it may become, in bytes
   */
  static long mostJson(long heap) {
    return Math.max(8 * MIB, (heap - 64 * MIB) / 6);
  }

  /** The failure of a body that is too large. */
  public Failure exceeded(String size, long maxBytes) {
    if (taken && maxBytes == MOST_JSON) {
      return Failure.tooLarge(
          "body: %s bytes (expected: at most %d as JSON, by the server's heap; send the value as application/octet-stream)"
              .formatted(size, maxBytes));
    }
    return taken
        ? Failure.tooLarge(
            "body: %s bytes (expected: at most %d, by the server's max-value-bytes)"
                .formatted(size, maxBytes))
        : new Failure(
            Kind.UNSUPPORTED_MEDIA_TYPE, "body: %s bytes (expected: no body)".formatted(size));
  }
}
