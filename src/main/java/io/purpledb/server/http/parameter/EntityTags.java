package io.purpledb.server.http.parameter;

import io.purpledb.message.Failure;
import io.purpledb.server.wire.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What If-Match or If-None-Match says (RFC 9110, section 13.1): any version, or some.
 *
 * @param any whether it is a star: whatever is there
 * @param versions without their quotation marks. A weak tag is among them without its mark: this
 *     server makes none, so it can only be one that a proxy has made of one of ours
 */
public record EntityTags(boolean any, List<String> versions) {

  private static final String ANY = "*";

  /** A tag with empty elements of the list before it, and what ends it (RFC 9110, 5.6.1). */
  private static final Pattern TAG =
      Pattern.compile("\\G[\\s,]*(?:W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"\\s*(?:,|\\z)");

  /** Elements of a list that are empty. */
  private static final Pattern EMPTY = Pattern.compile("[\\s,]*");

  /**
   * Reads the value of a header.
   *
   * @param header its name, for failures
   */
  public static EntityTags parse(String header, String value) {
    if (value.strip().equals(ANY)) {
      return new EntityTags(true, List.of());
    }
    List<String> versions = new ArrayList<>();
    Matcher tags = TAG.matcher(value);
    int end = 0;
    while (end < value.length() && tags.find()) {
      versions.add(tags.group(1));
      end = tags.end();
    }
    if (versions.isEmpty() || !EMPTY.matcher(value).region(end, value.length()).matches()) {
      throw Failure.invalid(
          "%s: %s (expected: * or entity tags in quotation marks)"
              .formatted(header, Shown.cut(value)));
    }
    return new EntityTags(false, List.copyOf(versions));
  }

  /** The entity tag of a version. */
  public static String quoted(String version) {
    return '"' + version + '"';
  }

  /**
   * Whether it names an entity tag that is there.
   *
   * @param quoted as in ETag
   */
  public boolean has(String quoted) {
    return any || versions.contains(quoted.substring(1, quoted.length() - 1));
  }

  /** As a client writes it. */
  @Override
  public String toString() {
    return any ? ANY : String.join(", ", versions.stream().map(EntityTags::quoted).toList());
  }
}
