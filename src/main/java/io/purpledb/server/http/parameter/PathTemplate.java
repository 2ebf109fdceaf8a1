package io.purpledb.server.http.parameter;

import java.util.List;

/**
 * A path of the contract. It is matched against the raw path of a request, segment by segment: no
 * normalisation, so {@code //kv/a} and {@code /x/../kv/a} are other paths, and {@code /kv/..} has
 * the key {@code ..}.
 *
 * @param path as in the contract: {@code /kv/{key}}
 * @param segments the parts between its slashes
 */
public record PathTemplate(String path, List<String> segments) {

  public static PathTemplate of(String path) {
    return new PathTemplate(path, List.of(path.substring(1).split("/", -1)));
  }

  public boolean matches(String raw) {
    int start = 1;
    for (int i = 0; i < segments.size(); i++) {
      int end = end(raw, start);
      boolean last = i == segments.size() - 1;
      if (start > end || last != (end == raw.length()) || !fits(segments.get(i), raw, start, end)) {
        return false;
      }
      start = end + 1;
    }
    return true;
  }

  /** Where a parameter is: the index of its segment. */
  int position(String parameter) {
    int position = segments.indexOf("{" + parameter + "}");
    if (position < 0) {
      throw new IllegalArgumentException(
          "%s (expected: a parameter of %s)".formatted(parameter, path));
    }
    return position;
  }

  /** The raw text of a segment of a path that matches. */
  static String segment(String raw, int position) {
    int start = 1;
    for (int i = 0; i < position; i++) {
      start = end(raw, start) + 1;
    }
    return raw.substring(start, end(raw, start));
  }

  private static int end(String raw, int start) {
    int slash = raw.indexOf('/', start);
    return slash < 0 ? raw.length() : slash;
  }

  private static boolean fits(String segment, String raw, int start, int end) {
    return segment.startsWith("{") // its check has more to say of an empty one than that it is none
        ? end >= start
        : end - start == segment.length() && raw.startsWith(segment, start);
  }
}
