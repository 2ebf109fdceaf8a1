package io.purpledb.config;

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
public record RedisUrl(
    boolean tls, String host, int port, @Nullable String user, @Nullable String password) {

  public static final String EXPECTED =
      "redis://[user:password@]host[:port], or rediss:// for TLS; no database, as"
          + " redis-layout says which";

  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>rediss?)://"
              + "((?<user>[^:@/]*):(?<password>.+)@)?"
              + "(?<host>[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])"
              + "(:(?<port>[0-9]{1,5}))?/?");

  private static final int DEFAULT_PORT = 6379;
  private static final int MAX_PORT = 65_535;

  /** Reads the setting redis-url; fails as a wrong setting. */
  public static RedisUrl parse(String text) {
    RedisUrl url = read(text);
    if (url == null) {
      throw StartFailure.wrongSetting("redis-url", withoutSecrets(text), EXPECTED);
    }
    return url;
  }

  /** The URL; null when the text has another form. */
  public static @Nullable RedisUrl read(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return null;
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
      return url.port() >= 1 && url.port() <= MAX_PORT && url.hasHost() ? url : null;
    } catch (IllegalArgumentException badPercentOrAddress) {
      return null;
    }
  }

  /** The URL without user and password. */
  public String address() {
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

  /**
   * Hides what may be a password in a text that does not have the form: what is before the last @,
   * a query or fragment, and what is not a port after a colon.
   */
  public static String withoutSecrets(String text) {
    String shown =
        text.replaceFirst("(?s)^(\\w+://)?([^:@/]*:)?.*@", "$1$2***@")
            .replaceFirst("(?s)[?#].*", "?***");
    return shown.contains("@")
        ? shown
        : shown.replaceFirst("(?s)^(\\w+://)?([^:\\[]*):(?!//|[0-9]{1,5}([/?].*)?$).+", "$1$2:***");
  }

  private static @Nullable String decoded(@Nullable String text) {
    return text == null || text.isEmpty()
        ? null
        : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
