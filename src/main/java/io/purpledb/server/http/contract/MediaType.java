package io.purpledb.server.http.contract;

import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.wire.Shown;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Content-Type says of a body.
 *
 * @param name type and subtype in lower case: {@code text/plain}
 * @param charset the charset in lower case, or null when it names none
 * @param assumed whether there is no Content-Type
 */
record MediaType(String name, @Nullable String charset, boolean assumed) {

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final String QUOTED = "\"(?:[^\"\\\\]|\\\\.)*+\"";
  private static final Pattern NAME = Pattern.compile(TOKEN + "/" + TOKEN);
  private static final Pattern PARAMETER =
      Pattern.compile("[ \t]*;[ \t]*(?:(" + TOKEN + ")=(" + TOKEN + "|" + QUOTED + "))?");

  /** Reads a Content-Type; null when it is malformed (RFC 9110, section 8.3.1). */
  static @Nullable MediaType parse(String header) {
    String text = header.strip();
    Matcher name = NAME.matcher(text);
    if (!name.lookingAt()) {
      return null;
    }
    String charset = null;
    int end = name.end();
    Matcher parameter = PARAMETER.matcher(text);
    while (end < text.length()) {
      if (!parameter.region(end, text.length()).lookingAt()) {
        return null;
      }
      if ("charset".equalsIgnoreCase(parameter.group(1))) {
        charset = unquoted(parameter.group(2)).toLowerCase(Locale.ROOT);
      }
      end = parameter.end();
    }
    return new MediaType(name.group().toLowerCase(Locale.ROOT), charset, false);
  }

  /** Fails as unsupported when the charset is another one than UTF-8. */
  void requireUtf8() {
    if (charset != null && !charset.equals("utf-8")) {
      throw new Failure(
          Kind.UNSUPPORTED_MEDIA_TYPE,
          "charset: %s (expected: utf-8)".formatted(Shown.cut(charset)));
    }
  }

  private static String unquoted(String value) {
    return value.startsWith("\"") ? value.substring(1, value.length() - 1) : value;
  }
}
