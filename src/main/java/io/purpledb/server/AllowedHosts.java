package io.purpledb.server;

import io.purpledb.config.Config;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.wire.Authority;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The names by which a server on loopback may be asked. A web page can give its own name the
 * address 127.0.0.1 and then ask as if it were this server's page (DNS rebinding); the name is what
 * it cannot hide. A server on other addresses has names that it does not know, and checks none.
 * Used on one event loop.
 */
public final class AllowedHosts {

  private final boolean checks;
  private final String own;
  private final List<String> others;

  /** The header Host of the request before, which was allowed: nearly all have the same. */
  private String allowed = "";

  public AllowedHosts(Config config) {
    this.own = normal(config.host());
    this.others = config.limits().browsers().allowedHosts();
    this.checks = listensOnLoopback(config.host());
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
    String host = host(request, header);
    if (Authority.isLoopback(host) || host.equals(own) || others.contains(host)) {
      allowed = header == null ? "" : header;
      return null;
    }
    return new Failure(
        Kind.MISDIRECTED,
        "Host: %s (expected: localhost, or one of allowed-hosts)"
            .formatted(host.length() > 64 ? host.substring(0, 64) + "…" : host));
  }

  /** Who sends none, as HTTP/1.0 may, asks this server. */
  private String host(HttpServerRequest request, @Nullable String header) {
    HostAndPort authority = request.version() == HttpVersion.HTTP_2 ? request.authority() : null;
    if (authority != null) {
      return normal(authority.host());
    }
    return header == null ? own : normal(Authority.host(header));
  }

  /** By the address that is bound: a name may stand for 127.0.0.1, which has several forms. */
  static boolean listensOnLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // nor can it listen there
    }
  }

  private static String normal(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }
}
