package io.purpledb.backend.redis;

import io.purpledb.backend.Backends;
import io.purpledb.backend.redis.connection.RedisCheck;
import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.backend.redis.connection.RedisOutage;
import io.purpledb.backend.redis.connection.RedisRoom;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.backend.redis.resp.ReplyRoom;
import io.purpledb.backend.redis.resp.RespCodec;
import io.purpledb.config.RedisUrl;
import io.purpledb.engine.Engine;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Keeps data in one Redis server, with a connection per event loop and service. Each engine opens
 * its connection when it is made and closes it itself, so nothing is held here.
 */
public final class RedisBackends implements Backends {

  /** The services; a service's place is its database number. */
  private static final List<String> DATABASES = List.of("cache", "counter", "flag", "kv", "set");

  /** Commands without a reply may fill this fraction of the heap. */
  private static final int HEAP_SHARE = 4;

  private final RedisServer server;

  /**
   * @param url {@code redis://[user:password@]host[:port]}, {@code rediss://} for TLS
   * @param commandTimeoutMillis how long Redis may take to answer a command
   * @param maxInFlight how many commands one backend of one event loop has without an answer at
   *     most; more are refused as busy
   * @throws io.purpledb.config.StartFailure when the URL has another form
   */
  public RedisBackends(Vertx vertx, String url, long commandTimeoutMillis, int maxInFlight) {
    this(
        vertx,
        url,
        commandTimeoutMillis,
        maxInFlight,
        new RedisRoom(Runtime.getRuntime().maxMemory() / HEAP_SHARE),
        ReplyRoom.ofHeap(Runtime.getRuntime().maxMemory()),
        RespCodec.BOUNDED);
  }

  RedisBackends(
      Vertx vertx,
      String url,
      long commandTimeoutMillis,
      int maxInFlight,
      RedisRoom room,
      ReplyRoom replies,
      RespCodec codec) {
    RedisUrl parsed = RedisUrl.parse(url);
    this.server =
        new RedisServer(
            vertx,
            parsed,
            commandTimeoutMillis,
            maxInFlight,
            new RedisOutage(parsed),
            room,
            replies,
            codec);
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public void open(String service) {
    new RedisCheck(server, database(service)).run();
  }

  @Override
  public Engine engine(String service) {
    RedisLink link = new RedisLink(server, database(service));
    return switch (service) {
      case "cache" -> new NativeEngine(link, NativeForm.TEXTS);
      case "counter" -> new NativeEngine(link, NativeForm.NUMBERS);
      case "flag" -> new NativeEngine(link, NativeForm.FLAGS);
      case "set" -> new NativeSets(link);
      case "kv" -> new NativeEngine(link, NativeForm.BYTES);
      default -> throw new IllegalArgumentException(service);
    };
  }

  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public void close() {}

  private static int database(String service) {
    int database = DATABASES.indexOf(service);
    if (database < 0) {
      throw new IllegalArgumentException(service + " (expected: one of " + DATABASES + ")");
    }
    return database;
  }
}
