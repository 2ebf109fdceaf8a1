package io.purpledb.server.http.parameter;

import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.wire.Shown;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The choice of a media type by the Accept header (RFC 9110, section 12.5.1), as lenient as real
 * clients need it: a bare star is any type and {@code .2} a number (both are in the default of
 * Java's HttpURLConnection), and a range that cannot be read is overlooked.
 */
public final class Accept {

  /** A media range in lower case with its weight, 0 to 1. */
  private record MediaRange(String name, double quality) {}

  private Accept() {}

  /** The media type that fits best; fails as not acceptable when none does. */
  public static String require(MultiMap headers, List<String> offered) {
    int choice = choose(headers, offered);
    if (choice < 0) {
      throw new Failure(
          Kind.NOT_ACCEPTABLE,
          "Accept: %s (expected: %s)"
              .formatted(
                  Shown.cut(String.join(", ", headers.getAll(HttpHeaders.ACCEPT))),
                  String.join(", ", offered)));
    }
    return offered.get(choice);
  }

  /**
   * The index of the media type that fits best; the first one when several fit equally or nothing
   * is asked for; -1 when none fits.
   */
  public static int choose(MultiMap headers, List<String> offered) {
    if (headers.get(HttpHeaders.ACCEPT) == null) {
      return 0;
    }
    String accept = String.join(",", headers.getAll(HttpHeaders.ACCEPT));
    if (accept.equals("*/*")) {
      return 0;
    }
    if (offered.contains(accept)) {
      return offered.indexOf(accept);
    }
    List<MediaRange> ranges = ranges(accept.toLowerCase(Locale.ROOT));
    int best = ranges.isEmpty() ? 0 : -1;
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
  private static double quality(List<MediaRange> ranges, String type) {
    String anySubtype = type.substring(0, type.indexOf('/')) + "/*";
    double quality = 0;
    int specificity = 0;
    for (MediaRange range : ranges) {
      String name = range.name();
      int found = name.equals(type) ? 3 : name.equals(anySubtype) ? 2 : name.equals("*/*") ? 1 : 0;
      if (found > specificity) {
        specificity = found;
        quality = range.quality();
      }
    }
    return quality;
  }

  private static List<MediaRange> ranges(String accept) {
    List<MediaRange> ranges = new ArrayList<>();
    for (String element : split(accept, ',')) {
      List<String> parts = split(element, ';');
      String name = parts.get(0).strip();
      if (!name.isEmpty()) {
        ranges.add(new MediaRange(name.equals("*") ? "*/*" : name, weight(parts)));
      }
    }
    return ranges;
  }

  /** The parts between separators that are not within quotes. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  /** The q among parameters: 1 when absent, 0 when it is no number of 0 to 1. */
  public static double weight(String parameters) {
    return weight(split(parameters, ';'));
  }

  /** The q of a range: 1 when absent, 0 when it is no number of 0 to 1. */
  private static double weight(List<String> parts) {
    for (String part : parts) {
      String parameter = part.strip();
      if (parameter.startsWith("q=")) {
        String number = parameter.substring(2).strip();
        boolean valid = number.matches("0?\\.[0-9]{1,9}|0\\.?|1(\\.0{0,9})?");
        return valid ? Double.parseDouble(number) : 0;
      }
    }
    return 1;
  }
}
