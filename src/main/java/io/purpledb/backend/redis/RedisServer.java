package io.purpledb.backend.redis;

import io.purpledb.config.RedisUrl;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What all links to one Redis have in common.
 *
 * @param timeoutMillis how long a command may take
 * @param maxInFlight how many commands one link has without an answer at most
 */
record RedisServer(
    Vertx vertx, RedisUrl url, long timeoutMillis, int maxInFlight, RedisOutage outage) {

  private static final int MAX_CONNECT_MILLIS = 2000;

  /** Where the client logs a reset handshake as unhandled, though it also fails its future. */
  private static final Logger CLIENT_LOG =
      Logger.getLogger("io.vertx.redis.client.impl.RedisConnectionManager");

  static {
    CLIENT_LOG.setLevel(Level.OFF);
  }

  /** Commands of the handshake, beside those of requests. */
  private static final int HANDSHAKE = 8;

  /**
   * A client for one connection. It is made once per link and kept: each one made in a verticle
   * stays referenced until the verticle is undeployed, closed or not.
   */
  Redis client() {
    return Redis.createClient(
        vertx,
        new RedisOptions()
            .setConnectionString(url.address())
            .setUser(url.user())
            .setPassword(url.password())
            .setMaxPoolSize(1)
            .setPoolCleanerInterval(-1)
            .setPoolRecycleTimeout(-1)
            .setMaxWaitingHandlers(maxInFlight + HANDSHAKE)
            .setNetClientOptions(socket()));
  }

  /**
   * The idle timeout ends a handshake that is never answered; a made connection is never so long
   * without a reply, because {@link RedisLink} sends PING.
   */
  private NetClientOptions socket() {
    NetClientOptions options =
        new NetClientOptions()
            .setConnectTimeout((int) Math.min(timeoutMillis, MAX_CONNECT_MILLIS))
            .setReadIdleTimeout((int) Math.min(2 * timeoutMillis, Integer.MAX_VALUE))
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    return url.tls() ? options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS") : options;
  }
}
