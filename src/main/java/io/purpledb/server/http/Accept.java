package io.purpledb.server.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;

/** The choice of a media type by the Accept header (RFC 9110, section 12.5.1). */
final class Accept {

  private Accept() {}

  /**
   * The index of the media type that fits best; the first one when several fit equally or nothing
   * is asked for; -1 when none fits.
   */
  static int choose(MultiMap headers, List<String> offered) {
    if (headers.get(HttpHeaders.ACCEPT) == null) {
      return 0;
    }
    String accept = String.join(",", headers.getAll(HttpHeaders.ACCEPT));
    if (accept.equals("*/*") || accept.isBlank()) {
      return 0;
    }
    if (offered.contains(accept)) {
      return offered.indexOf(accept);
    }
    List<String> ranges =
        List.of(accept.toLowerCase(Locale.ROOT).split(",", -1)).stream()
            .map(String::strip)
            .toList();
    int best = -1;
    double bestQuality = 0;
    for (int i = 0; i < offered.size(); i++) {
      double quality = quality(ranges, offered.get(i));
      if (quality > bestQuality) {
        best = i;
        bestQuality = quality;
      }
    }
    return best;
  }

  /** How welcome a media type is: what the most specific range that has it says. */
  private static double quality(List<String> ranges, String type) {
    String anySubtype = type.substring(0, type.indexOf('/')) + "/*";
    double quality = 0;
    int specificity = 0;
    for (String range : ranges) {
      String[] parts = range.split(";", -1);
      String name = parts[0].strip();
      int found = name.equals(type) ? 3 : name.equals(anySubtype) ? 2 : name.equals("*/*") ? 1 : 0;
      if (found > specificity) {
        specificity = found;
        quality = weight(parts);
      }
    }
    return quality;
  }

  /** The q of a range: 1 when absent, 0 when it is no number of 0 to 1. */
  private static double weight(String[] parts) {
    for (String part : parts) {
      String parameter = part.strip();
      if (parameter.startsWith("q=")) {
        return parameter.matches("q=(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)")
            ? Double.parseDouble(parameter.substring(2))
            : 0;
      }
    }
    return 1;
  }
}
