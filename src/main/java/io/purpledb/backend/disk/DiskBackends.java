package io.purpledb.backend.disk;

import io.purpledb.backend.Backends;
import io.purpledb.backend.CacheBackend;
import io.purpledb.backend.CounterBackend;
import io.purpledb.backend.FlagBackend;
import io.purpledb.backend.KvBackend;
import io.purpledb.backend.SetBackend;
import io.purpledb.config.Durability;
import io.purpledb.config.StartFailure;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps data in H2 files: one database per service, shared by the instances of all event loops. */
public final class DiskBackends implements Backends {

  private final Vertx vertx;
  private final String scheme;
  private final Path directory;
  private final Durability durability;
  private final int maxQueued;
  private final InstantSource clock;
  private final CacheRoom room;
  private final Map<String, DiskDatabase> databases = new ConcurrentHashMap<>();

  /**
   * @param directory where the files are; made when it does not exist
   * @param cacheMaxBytes the room of the cache
   * @param maxQueued how many reads, and how many writes, of one service wait at most
   * @param clock tells when cache entries expire
   */
  public DiskBackends(
      Vertx vertx,
      Path directory,
      Durability durability,
      long cacheMaxBytes,
      int maxQueued,
      InstantSource clock) {
    this(vertx, "file:", directory, durability, cacheMaxBytes, maxQueued, clock);
  }

  /**
   * @param scheme H2's file system; tests use one that loses what was not forced
   */
  DiskBackends(
      Vertx vertx,
      String scheme,
      Path directory,
      Durability durability,
      long cacheMaxBytes,
      int maxQueued,
      InstantSource clock) {
    if (directory.toString().contains(";")) {
      throw StartFailure.wrongSetting(
          "data-dir: %s (expected: a path without a semicolon)".formatted(directory));
    }
    this.vertx = vertx;
    this.scheme = scheme;
    this.directory = directory.toAbsolutePath();
    this.durability = durability;
    this.maxQueued = maxQueued;
    this.clock = clock;
    this.room = new CacheRoom(cacheMaxBytes, clock);
  }

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public void open(String service) {
    DiskFile file = new DiskFile(scheme, directory, service, durability, schema(service));
    Housekeeping housekeeping = service.equals("cache") ? room::deleteExpired : session -> false;
    DiskDatabase database = new DiskDatabase(vertx, file, service, maxQueued, housekeeping);
    database.open();
    databases.put(service, database);
  }

  @Override
  public CacheBackend cache() {
    return new DiskCache(database("cache"), room, clock);
  }

  @Override
  public CounterBackend counter() {
    return new DiskCounter(database("counter"));
  }

  @Override
  public FlagBackend flag() {
    return new DiskFlag(database("flag"));
  }

  @Override
  public KvBackend kv() {
    return new DiskKv(database("kv"));
  }

  @Override
  public SetBackend set() {
    return new DiskSet(database("set"));
  }

  @Override
  public void close() {
    databases.values().forEach(DiskDatabase::close);
  }

  private DiskDatabase database(String service) {
    DiskDatabase database = databases.get(service);
    if (database == null) {
      throw new IllegalStateException(service + ": not opened");
    }
    return database;
  }

  private static List<String> schema(String service) {
    return switch (service) {
      case "cache" -> DiskCache.SCHEMA;
      case "counter" -> DiskCounter.SCHEMA;
      case "flag" -> DiskFlag.SCHEMA;
      case "kv" -> DiskKv.SCHEMA;
      case "set" -> DiskSet.SCHEMA;
      default -> throw new IllegalArgumentException(service + " (expected: a service)");
    };
  }
}
