package io.purpledb.backend.disk;

import io.purpledb.backend.Backends;
import io.purpledb.backend.CacheBackend;
import io.purpledb.backend.CounterBackend;
import io.purpledb.backend.EngineCounter;
import io.purpledb.backend.EngineFlag;
import io.purpledb.backend.EngineKv;
import io.purpledb.backend.EngineSet;
import io.purpledb.backend.FlagBackend;
import io.purpledb.backend.KvBackend;
import io.purpledb.backend.SetBackend;
import io.purpledb.backend.disk.database.DiskDatabase;
import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.backend.disk.database.DiskWriter;
import io.purpledb.backend.disk.database.Maintenance;
import io.purpledb.backend.disk.database.Recovery;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.database.Shared;
import io.purpledb.backend.disk.entries.DiskClock;
import io.purpledb.backend.disk.log.DiskMemory;
import io.purpledb.backend.disk.log.FsyncPolicy;
import io.purpledb.backend.disk.upgrade.Former;
import io.purpledb.config.Durability;
import io.purpledb.message.Notices;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps data in H2 databases. All but the cache is in the tables of one {@link DiskEngine}; the
 * cache still has a database of its own: {@code cache.mv.db} with its journal {@code
 * cache.journal}. Instances of all event loops share them.
 */
public final class DiskBackends implements Backends {

  /** The tables of each service that has a database of its own. */
  static final Map<String, Schema> SCHEMAS = Map.of("cache", DiskCache.SCHEMA);

  /** The services in the tables of entries, in the order in which they came there. */
  static final List<String> IN_ENTRIES = List.of("counter", "kv", "flag", "set");

  /** About how much an upgrade has in memory. */
  private static final long PIECE_BYTES = 1 << 20;

  private static final long IDLE_MILLIS = 1_000;

  private final Vertx vertx;
  private final Path directory;
  private final Durability durability;
  private final CacheRoom room;
  private final DiskClock clock;
  private final int maxQueued;
  private final String fileSystem;
  private final DiskMemory memory;
  private final long idleMillis;
  private final Map<String, DiskDatabase> open = new ConcurrentHashMap<>();
  private final Set<String> inEntries = ConcurrentHashMap.newKeySet();
  private @Nullable DiskEngine entries;

  /**
   * @param dataDir made absolute now, created when a service is opened
   * @param cacheMaxBytes the room of the cache
   * @param clock tells when cache entries expire
   * @param maxQueued how many reads, and how many writes, of one service may wait
   */
  public DiskBackends(
      Vertx vertx,
      Path dataDir,
      Durability durability,
      long cacheMaxBytes,
      InstantSource clock,
      int maxQueued) {
    this(
        vertx,
        dataDir,
        durability,
        cacheMaxBytes,
        clock,
        maxQueued,
        "",
        DiskMemory.ofThisJvm(),
        IDLE_MILLIS);
  }

  /**
   * @param fileSystem the H2 file system to use, such as {@code memFS:}; empty for the real one
   * @param memory of each service
   * @param idleMillis how often expired entries are looked for when nothing happens
   */
  DiskBackends(
      Vertx vertx,
      Path dataDir,
      Durability durability,
      long cacheMaxBytes,
      InstantSource clock,
      int maxQueued,
      String fileSystem,
      DiskMemory memory,
      long idleMillis) {
    this.vertx = vertx;
    this.directory = dataDir.toAbsolutePath(); // not normalised: a link may stand before a ..
    this.durability = durability;
    this.clock = new DiskClock(clock);
    this.room = new CacheRoom(cacheMaxBytes, this.clock);
    this.maxQueued = maxQueued;
    this.fileSystem = fileSystem;
    this.memory = memory;
    this.idleMillis = idleMillis;
  }

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public void open(String service) {
    if (IN_ENTRIES.contains(service)) {
      openEntries(service);
      return;
    }
    Schema schema = SCHEMAS.get(service);
    if (schema == null) {
      throw new IllegalArgumentException(service + " (expected: one of " + SCHEMAS.keySet() + ")");
    }
    Maintenance maintenance = maintenance(service);
    Shared shared = new Shared(maxQueued, memory.batch());
    DiskFile file = file(service);
    Recovery recovery = new Recovery(file, schema, maintenance, shared);
    recovery.open();
    DiskWriter writer =
        new DiskWriter(shared, recovery, maintenance, new FsyncPolicy(durability), idleMillis);
    DiskDatabase database = new DiskDatabase(service, shared, writer);
    database.start();
    Notices.of(vertx).add(database::notice);
    open.put(service, database);
  }

  /** One upgrade after the other, as each has a database open. */
  private synchronized void openEntries(String service) {
    DiskFile file = file(DiskEngine.STEM);
    DiskEngine engine = entries;
    if (engine == null) {
      engine =
          DiskEngine.open(
              vertx, file, durability, clock, maxQueued, IN_ENTRIES, memory, idleMillis);
      entries = engine;
    }
    long pieceBytes = Math.min(PIECE_BYTES, memory.batch());
    for (Former former : Former.ALL) {
      if (former.service().equals(service)) {
        new Upgrade(engine, file.path(), former, file(service), pieceBytes).run();
      }
    }
    inEntries.add(service);
  }

  private DiskFile file(String stem) {
    return new DiskFile(directory, stem, durability, fileSystem, memory);
  }

  @Override
  public CacheBackend cache() {
    return new DiskCache(disk("cache"), room, clock);
  }

  @Override
  public CounterBackend counter() {
    return EngineCounter.on(engine("counter"));
  }

  @Override
  public FlagBackend flag() {
    return EngineFlag.on(engine("flag"));
  }

  @Override
  public KvBackend kv() {
    return EngineKv.on(engine("kv"));
  }

  @Override
  public SetBackend set() {
    return EngineSet.on(engine("set"));
  }

  @Override
  public void close() {
    open.values().forEach(DiskDatabase::close);
    open.clear();
    inEntries.clear();
    closeEntries();
  }

  private synchronized void closeEntries() {
    DiskEngine engine = entries;
    if (engine != null) {
      engine.closeNow();
      entries = null;
    }
  }

  private synchronized DiskEngine engine(String service) {
    DiskEngine engine = entries;
    if (engine == null || !inEntries.contains(service)) {
      throw new IllegalStateException(service + " is not open");
    }
    return engine;
  }

  private Maintenance maintenance(String service) {
    return switch (service) {
      case "cache" -> room;
      default -> Maintenance.NONE;
    };
  }

  private DiskAccess disk(String service) {
    DiskDatabase database = open.get(service);
    if (database == null) {
      throw new IllegalStateException(service + " is not open");
    }
    return new DiskAccess(database, vertx.getOrCreateContext());
  }
}
