package io.purpledb.backend.disk;

import io.purpledb.backend.Backends;
import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.backend.disk.entries.DiskClock;
import io.purpledb.backend.disk.log.DiskMemory;
import io.purpledb.backend.disk.table.EvictableRoom;
import io.purpledb.backend.disk.upgrade.Former;
import io.purpledb.config.Durability;
import io.purpledb.contract.ServiceContract;
import io.purpledb.engine.Engine;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps data in the tables of one H2 database, that of a {@link DiskEngine}, which instances of all
 * event loops share.
 */
public final class DiskBackends implements Backends {

  /** The services in the tables of entries, in the order in which they came there. */
  static final List<String> IN_ENTRIES = ServiceContract.byPlace();

  /** The service whose entries go when they take too much room. */
  private static final String EVICTABLE = "cache";

  /** About how much an upgrade has in memory. */
  private static final long PIECE_BYTES = 1 << 20;

  private static final long IDLE_MILLIS = 1_000;

  private final Vertx vertx;
  private final Path directory;
  private final Durability durability;
  private final EvictableRoom room;
  private final DiskClock clock;
  private final int maxQueued;
  private final String fileSystem;
  private final DiskMemory memory;
  private final long idleMillis;
  private final Set<String> opened = new HashSet<>();
  private @Nullable DiskEngine entries;

  /**
   * @param dataDir made absolute now, created when a service is opened
   * @param cacheMaxBytes the room of the cache
   * @param clock tells when cache entries expire
   * @param maxQueued how many reads, and how many writes, may wait
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
   * @param memory of each database
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
    this.room = new EvictableRoom(EVICTABLE, cacheMaxBytes);
    this.maxQueued = maxQueued;
    this.fileSystem = fileSystem;
    this.memory = memory;
    this.idleMillis = idleMillis;
  }

  @Override
  public String name() {
    return "disk";
  }

  /** One service after the other, as each upgrade has a database open. */
  @Override
  public synchronized void open(String service) {
    if (!IN_ENTRIES.contains(service)) {
      throw new IllegalArgumentException(service + " (expected: one of " + IN_ENTRIES + ")");
    }
    DiskFile file = file(DiskEngine.STEM);
    DiskEngine engine = entries;
    if (engine == null) {
      engine =
          DiskEngine.open(
              vertx, file, durability, clock, maxQueued, IN_ENTRIES, room, memory, idleMillis);
      entries = engine;
    }
    if (service.equals(EVICTABLE)) {
      room.begin();
    }
    long pieceBytes = Math.min(PIECE_BYTES, memory.batch());
    for (Former former : Former.ALL) {
      if (former.service().equals(service)) {
        new Upgrade(engine, file.path(), former, file(service), pieceBytes).run();
      }
    }
    opened.add(service);
  }

  private DiskFile file(String stem) {
    return new DiskFile(directory, stem, durability, fileSystem, memory);
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public synchronized void close() {
    opened.clear();
    DiskEngine engine = entries;
    if (engine != null) {
      engine.closeNow();
      entries = null;
    }
  }

  @Override
  public synchronized Engine engine(String service) {
    DiskEngine engine = entries;
    if (engine == null || !opened.contains(service)) {
      throw new IllegalStateException(service + " is not open");
    }
    return engine;
  }
}
