package io.purpledb.server.grpc;

import io.purpledb.message.Failure;
import io.vertx.core.MultiMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bound on a call's metadata. HTTP/2 has one, too, but beyond that Netty ends the call without
 * a status, and a quarter above it the connection with all other calls: it stands well above this.
 */
final class MetadataSize {

  /** How many times the bound HTTP/2 allows. */
  static final long ADVERTISED = 4;

  /** What HTTP/2 adds to the bytes of a field's name and value (RFC 9113, section 6.5.2). */
  private static final int FIELD_BYTES = 32;

  private MetadataSize() {}

  /** The failure of a call whose metadata are too large; null when they are not. */
  static @Nullable Failure check(MultiMap headers, int maxBytes) {
    long bytes = 0;
    for (Map.Entry<String, String> header : headers) {
      bytes += header.getKey().length() + header.getValue().length() + FIELD_BYTES;
    }
    return bytes <= maxBytes
        ? null
        : new Failure(
            Failure.Kind.HEADERS_TOO_LARGE,
            "metadata: %d bytes (expected: at most %d, max-header-bytes)"
                .formatted(bytes, maxBytes));
  }
}
