package io.purpledb.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL of a Redis server, {@code redis://} or with TLS {@code rediss://}. It may hold a
 * password, so it is shown without whatever could be one, also when it is wrong.
 */
public final class RedisUrl implements Kind<String> {

  private static final int MAX_PORT = 65535;
  private static final Pattern SCHEME = Pattern.compile("[a-z]+://");

  RedisUrl() {}

  /** A valid URL without its user and password: {@code redis://***@host:6379}. */
  public static String masked(String url) {
    int user = afterScheme(url);
    int host = url.lastIndexOf('@') + 1;
    return host == 0 ? url : url.substring(0, user) + "***@" + url.substring(host);
  }

  @Override
  public String placeholder() {
    return "URL";
  }

  @Override
  public String expected() {
    return "redis://[user:password@]host[:port], or rediss:// for TLS, without a database number as"
        + " each service has its own";
  }

  @Override
  public @Nullable String read(String text) {
    try {
      URI url = new URI(text).parseServerAuthority();
      boolean scheme = "redis".equals(url.getScheme()) || "rediss".equals(url.getScheme());
      boolean server = url.getHost() != null && url.getPort() != 0 && url.getPort() <= MAX_PORT;
      boolean nothingElse =
          ("".equals(url.getPath()) || "/".equals(url.getPath()))
              && url.getRawQuery() == null
              && url.getRawFragment() == null;
      return scheme && server && nothingElse ? text : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  @Override
  public String show(String url) {
    return masked(url);
  }

  /** Without a host to end it, a password may begin at any colon or query. */
  @Override
  public String showWrong(String text) {
    String shown = masked(text);
    int host = Math.max(afterScheme(shown), shown.lastIndexOf('@') + 1);
    int end = host;
    while (end < shown.length() && ":?#".indexOf(shown.charAt(end)) < 0) {
      end++;
    }
    return end == shown.length() ? shown : shown.substring(0, end + 1) + "***";
  }

  private static int afterScheme(String url) {
    Matcher scheme = SCHEME.matcher(url);
    return scheme.lookingAt() ? scheme.end() : 0;
  }
}
