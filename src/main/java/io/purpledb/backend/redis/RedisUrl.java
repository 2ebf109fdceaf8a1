package io.purpledb.backend.redis;

import io.purpledb.config.StartFailure;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is: {@code redis://[user:password@]host[:port]}, {@code rediss://} for TLS. User and
 * password may be percent-encoded. The text form has *** for the password.
 *
 * @param host a name or address; an IPv6 address is in brackets
 * @param user null for Redis's default user
 * @param password null when none is needed
 */
record RedisUrl(
    boolean tls, String host, int port, @Nullable String user, @Nullable String password) {

  private static final String EXPECTED =
      "redis://[user:password@]host[:port], or rediss:// for TLS; no database, because each"
          + " service has its own, 0 to 4";

  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>rediss?)://"
              + "((?<user>[^:@/]*):(?<password>.+)@)?"
              + "(?<host>[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])"
              + "(:(?<port>[0-9]{1,5}))?/?");

  private static final int DEFAULT_PORT = 6379;
  private static final int MAX_PORT = 65_535;

  /** Reads the setting redis-url; fails as a wrong setting. */
  static RedisUrl parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw wrong(text);
    }
    String port = parts.group("port");
    try {
      RedisUrl url =
          new RedisUrl(
              "rediss".equals(parts.group("scheme")),
              parts.group("host"),
              port == null ? DEFAULT_PORT : Integer.parseInt(port),
              decoded(parts.group("user")),
              decoded(parts.group("password")));
      if (url.port() >= 1 && url.port() <= MAX_PORT && url.hasHost()) {
        return url;
      }
    } catch (IllegalArgumentException badPercentOrAddress) {
      throw wrong(text);
    }
    throw wrong(text);
  }

  /** The URL without user and password. */
  String address() {
    return scheme() + host + ":" + port;
  }

  @Override
  public String toString() {
    String login = password == null ? "" : (user == null ? "" : user) + ":***@";
    return scheme() + login + host + ":" + port;
  }

  /** Whether the client, which reads {@link #address}, finds a host in it. */
  private boolean hasHost() {
    return URI.create(address()).getHost() != null;
  }

  private String scheme() {
    return tls ? "rediss://" : "redis://";
  }

  private static StartFailure wrong(String text) {
    return StartFailure.wrongSetting(
        "redis-url: %s (expected: %s)".formatted(withoutSecrets(text), EXPECTED));
  }

  /** Hides what may be a password in a text that does not have the form. */
  private static String withoutSecrets(String text) {
    return text.replaceFirst("(?s)^(\\w+://)?([^:@/]*:)?.*@", "$1$2***@")
        .replaceFirst("(?s)\\?.*", "?***");
  }

  private static @Nullable String decoded(@Nullable String text) {
    return text == null || text.isEmpty()
        ? null
        : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
