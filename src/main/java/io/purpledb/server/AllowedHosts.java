package io.purpledb.server;

import io.purpledb.config.Config;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names by which a server on loopback may be asked. A web page can give its own name the
 * address 127.0.0.1 and then ask as if it were this server's page (DNS rebinding); the name is what
 * it cannot hide. A server on other addresses has names that it does not know, and checks none.
 * Used on one event loop.
 */
public final class AllowedHosts {

  private static final String LOCALHOST = "localhost";

  private static final Pattern LOOPBACK_ADDRESS = Pattern.compile("127(\\.[0-9]{1,3}){3}");

  private final boolean checks;
  private final String own;
  private final List<String> others;

  /** The header Host of the request before, which was allowed: nearly all have the same. */
  private String allowed = "";

  public AllowedHosts(Config config) {
    this.own = normal(config.host());
    this.others = config.limits().browsers().allowedHosts();
    this.checks = isLoopback(own);
  }

  /** The failure of a request that asks another host; null when it may be served. */
  public @Nullable Failure check(HttpServerRequest request) {
    if (!checks) {
      return null;
    }
    String header =
        request.version() == HttpVersion.HTTP_2 ? null : request.getHeader(HttpHeaders.HOST);
    if (allowed.equals(header)) {
      return null;
    }
    HostAndPort authority = request.authority();
    String host = authority == null ? own : normal(authority.host());
    if (isLoopback(host) || host.equals(own) || others.contains(host)) {
      allowed = header == null ? "" : header;
      return null;
    }
    return new Failure(
        Kind.MISDIRECTED,
        "Host: %s (expected: localhost, or one of allowed-hosts)"
            .formatted(host.length() > 64 ? host.substring(0, 64) + "…" : host));
  }

  private static String normal(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static boolean isLoopback(String host) {
    return host.equals(LOCALHOST)
        || host.endsWith("." + LOCALHOST)
        || LOOPBACK_ADDRESS.matcher(host).matches()
        || host.equals("[::1]")
        || host.equals("::1");
  }
}
