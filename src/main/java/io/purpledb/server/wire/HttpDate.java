package io.purpledb.server.wire;

import io.vertx.core.http.HttpHeaders;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of the header Date (RFC 9110, section 6.6.1), formatted once a second. */
public final class HttpDate {

  /** {@link DateTimeFormatter#RFC_1123_DATE_TIME} writes days below 10 with one digit. */
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private static final long SECOND_MILLIS = 1_000;

  /** A second and its text, together, so that event loops need no lock. */
  private record Formatted(long second, CharSequence text) {}

  private static volatile Formatted last = format(0);

  private HttpDate() {}

  public static CharSequence now() {
    return at(System.currentTimeMillis());
  }

  public static CharSequence at(long epochMillis) {
    long second = Math.floorDiv(epochMillis, SECOND_MILLIS);
    Formatted formatted = last;
    if (formatted.second() != second) {
      formatted = format(second);
      last = formatted;
    }
    return formatted.text();
  }

  private static Formatted format(long second) {
    String text = FORMAT.format(Instant.ofEpochSecond(second));
    return new Formatted(second, HttpHeaders.createOptimized(text));
  }
}
