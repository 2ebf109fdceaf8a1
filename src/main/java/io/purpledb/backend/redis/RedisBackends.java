package io.purpledb.backend.redis;

import io.purpledb.backend.Backends;
import io.purpledb.backend.CacheBackend;
import io.purpledb.backend.CounterBackend;
import io.purpledb.backend.EngineCache;
import io.purpledb.backend.EngineCounter;
import io.purpledb.backend.EngineFlag;
import io.purpledb.backend.EngineKv;
import io.purpledb.backend.EngineSet;
import io.purpledb.backend.FlagBackend;
import io.purpledb.backend.KvBackend;
import io.purpledb.backend.SetBackend;
import io.purpledb.backend.redis.connection.RedisCheck;
import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.backend.redis.connection.RedisOutage;
import io.purpledb.backend.redis.connection.RedisRoom;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.backend.redis.resp.ReplyRoom;
import io.purpledb.backend.redis.resp.RespCodec;
import io.purpledb.config.RedisUrl;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Keeps data in one Redis server, with a connection per event loop and service. Each backend opens
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
  public CacheBackend cache() {
    return EngineCache.owning(new NativeEngine(link("cache"), NativeForm.TEXTS));
  }

  @Override
  public CounterBackend counter() {
    return EngineCounter.owning(new NativeEngine(link("counter"), NativeForm.NUMBERS));
  }

  @Override
  public FlagBackend flag() {
    return EngineFlag.owning(new NativeEngine(link("flag"), NativeForm.FLAGS));
  }

  @Override
  public KvBackend kv() {
    return EngineKv.owning(new NativeEngine(link("kv"), NativeForm.BYTES));
  }

  @Override
  public SetBackend set() {
    return EngineSet.owning(new NativeSets(link("set")));
  }

  @Override
  public void close() {}

  private RedisLink link(String service) {
    return new RedisLink(server, database(service));
  }

  private static int database(String service) {
    int database = DATABASES.indexOf(service);
    if (database < 0) {
      throw new IllegalArgumentException(service + " (expected: one of " + DATABASES + ")");
    }
    return database;
  }
}
