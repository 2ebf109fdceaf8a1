package io.purpledb.backend.disk;

import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.backend.disk.entries.DiskClock;
import io.purpledb.backend.disk.entries.DiskReach;
import io.purpledb.backend.disk.entries.EntryReads;
import io.purpledb.backend.disk.entries.EntryStore;
import io.purpledb.backend.disk.entries.RecentEntries;
import io.purpledb.backend.disk.log.DiskMemory;
import io.purpledb.backend.disk.log.FsyncPolicy;
import io.purpledb.backend.disk.queue.DiskDatabase;
import io.purpledb.backend.disk.queue.DiskWriter;
import io.purpledb.backend.disk.queue.Recovery;
import io.purpledb.backend.disk.queue.Request;
import io.purpledb.backend.disk.queue.Shared;
import io.purpledb.backend.disk.queue.Task;
import io.purpledb.backend.disk.table.EvictableRoom;
import io.purpledb.backend.disk.upgrade.Former;
import io.purpledb.backend.disk.upgrade.UpgradeState;
import io.purpledb.config.Durability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.Page;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.engine.support.WatchStream;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Notices;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries of all services in one H2 database with one log: {@code entries.mv.db} and the files
 * beside it. So a commit over services is one record of the log, and all writes that wait share one
 * force, whichever service they are of.
 *
 * <p>The changes that those who watch are told of are in memory, since the start.
 */
public final class DiskEngine implements Engine {

  /** What the names of its files begin with. */
  public static final String STEM = DiskFile.ENTRIES;

  private static final long IDLE_MILLIS = 1_000;
  private static final long HISTORY_PART = 64;

  /** More than are given in the time that a system keeps what is not forced. */
  private static final long UNFORCED_POSITIONS = 1L << 32;

  private final Vertx vertx;
  private final DiskDatabase database;
  private final EntryStore store;
  private final EntryReads reads;
  private final RecentEntries recent;
  private final DiskClock clock;
  private final ChangeLog log;

  private DiskEngine(
      Vertx vertx,
      DiskDatabase database,
      EntryStore store,
      RecentEntries recent,
      DiskClock clock,
      ChangeLog log) {
    this.vertx = vertx;
    this.database = database;
    this.store = store;
    this.reads = store.reads();
    this.recent = recent;
    this.clock = clock;
    this.log = log;
  }

  /**
   * Opens the database, which is made if there is none.
   *
   * @param dataDir where its files are
   * @param clock tells when entries expire
   * @param maxQueued how many reads, and how many writes, may wait
   * @param services those that there are tables for
   * @throws io.purpledb.config.StartFailure when it cannot be opened
   */
  public static DiskEngine open(
      Vertx vertx,
      Path dataDir,
      Durability durability,
      InstantSource clock,
      int maxQueued,
      List<String> services) {
    return open(
        vertx,
        dataDir,
        durability,
        clock,
        maxQueued,
        services,
        "",
        DiskMemory.ofThisJvm(),
        IDLE_MILLIS);
  }

  /**
   * Opens the database, as above.
   *
   * @param fileSystem the H2 file system to use; empty for the real one
   * @param idleMillis how often expired entries are looked for when nothing happens
   */
  static DiskEngine open(
      Vertx vertx,
      Path dataDir,
      Durability durability,
      InstantSource clock,
      int maxQueued,
      List<String> services,
      String fileSystem,
      DiskMemory memory,
      long idleMillis) {
    return open(
        vertx,
        new DiskFile(dataDir.toAbsolutePath(), STEM, durability, fileSystem, memory),
        durability,
        new DiskClock(clock),
        maxQueued,
        services,
        EvictableRoom.none(),
        memory,
        idleMillis);
  }

  /**
   * Opens the database in some files, as above.
   *
   * @param room of one of the services
   */
  static DiskEngine open(
      Vertx vertx,
      DiskFile file,
      Durability durability,
      DiskClock clock,
      int maxQueued,
      List<String> services,
      EvictableRoom room,
      DiskMemory memory,
      long idleMillis) {
    ChangeLog log = new ChangeLog(Runtime.getRuntime().maxMemory() / HISTORY_PART);
    RecentEntries recent = new RecentEntries(memory.entries());
    EntryStore store =
        new EntryStore(
            services,
            room,
            log,
            clock,
            memory.batch(),
            memory.items(),
            recent,
            durability == Durability.FSYNC ? 0 : UNFORCED_POSITIONS);
    Shared shared = new Shared(maxQueued, memory.batch());
    Recovery recovery = new Recovery(file, EntryStore.schema(services), store, shared);
    recovery.open();
    DiskWriter writer =
        new DiskWriter(shared, recovery, store, new FsyncPolicy(durability), idleMillis);
    DiskDatabase database = new DiskDatabase(STEM, shared, writer);
    database.start();
    Notices.of(vertx).add(database::notice);
    return new DiskEngine(vertx, database, store, recent, clock, log);
  }

  @Override
  public Future<List<@Nullable Entry>> read(Call call, List<Key> keys) {
    Failure unknown = unknown(keys);
    return unknown == null
        ? read(Request.read(call, new DiskReach.Keys(keys), sql -> reads.read(sql, keys), loop()))
        : Future.failedFuture(unknown);
  }

  /**
   * As {@link #read}, but without lists: it is what is asked most. Who asks again is answered at
   * once.
   */
  @Override
  public Future<@Nullable Entry> get(Call call, Key key) {
    if (database.unavailable() == null) { // looked at first: what is kept is cleared behind it
      Entry known = recent.find(key);
      if (known != null
          && (known.expiresMillis() == Entry.NEVER || known.isAlive(clock.millis()))) {
        return Future.succeededFuture(known);
      }
    }
    Failure unknown = unknown(key);
    if (unknown != null) {
      return Future.failedFuture(unknown);
    }
    int changes = recent.changes(key);
    return read(Request.read(call, new DiskReach.One(key), sql -> reads.get(sql, key), loop()))
        .onSuccess(entry -> recent.keep(entry, changes));
  }

  @Override
  public Future<Page> scan(Call call, Scan scan) {
    Range range = scan.range();
    Failure unknown = unknown(List.of(range.from()));
    return unknown == null
        ? read(Request.read(call, new DiskReach.Part(range), sql -> reads.scan(sql, scan), loop()))
        : Future.failedFuture(unknown);
  }

  @Override
  public Future<Committed> commit(Call call, Commit commit) {
    Failure unknown = unknown(commit);
    if (unknown != null) {
      return Future.failedFuture(unknown);
    }
    if (isOfItems(commit)) {
      Key name = commit.itemsOf().get(0);
      long position = log.position(); // before it is read: who watches from it on misses nothing
      return read(Request.read(
              call, new DiskReach.ItemsOf(name), sql -> reads.items(sql, name), loop()))
          .map(items -> new Committed(Committed.DONE, position, List.of(), List.of(items)));
    }
    DiskReach.Changed changed = new DiskReach.Changed(first(commit));
    Task<Committed> task = sql -> store.commit(sql, commit, changed);
    if (commit.changes().isEmpty()) {
      return write(Request.read(call, changed, task, loop()));
    }
    return write(
        isDeletion(commit)
            ? Request.deletion(call, changed, task, loop())
            : Request.write(call, changed, bytes(commit), task, loop()));
  }

  /** Whether it only asks for the items of one name, which needs no turn of the writer. */
  private static boolean isOfItems(Commit commit) {
    return commit.isRead() && commit.reads().isEmpty() && commit.itemsOf().size() == 1;
  }

  private static Key first(Commit commit) {
    if (!commit.changes().isEmpty()) {
      return commit.changes().get(0).key();
    }
    if (!commit.checks().isEmpty()) {
      return commit.checks().get(0).key();
    }
    return commit.reads().isEmpty() ? commit.itemsOf().get(0) : commit.reads().get(0);
  }

  private static boolean isDeletion(Commit commit) {
    for (Change change : commit.changes()) {
      if (!(change instanceof Change.Delete || change instanceof Change.DeleteRange)) {
        return false;
      }
    }
    return true;
  }

  private static long bytes(Commit commit) {
    long bytes = 0;
    for (Change change : commit.changes()) {
      if (change instanceof Change.Put put && put.value() instanceof Value.OfBytes of) {
        bytes += of.content().size();
      }
    }
    return bytes;
  }

  @Override
  public Future<List<Entry>> claim(Call call, Claim claim) {
    Failure unknown = unknown(List.of(claim.range().from()));
    if (unknown != null) {
      return Future.failedFuture(unknown);
    }
    DiskReach.Changed changed = new DiskReach.Changed(claim.range().from());
    return write(Request.write(call, changed, 0, sql -> store.claim(sql, claim, changed), loop()));
  }

  /** What of a service's upgrade is known; null when nothing is. */
  public Future<@Nullable UpgradeState> upgrade(String service) {
    DiskReach.Changed none = new DiskReach.Changed(all(service));
    return write(Request.read(Call.NOTHING, none, sql -> UpgradeState.find(sql, service), loop()));
  }

  /** Time goes on from there, if it is not later already; in milliseconds since 1970. */
  void notBefore(long millis) {
    clock.notBefore(millis);
  }

  /** Takes entries of a version before, and says how far that is, on the device if that is far. */
  public Future<Void> take(String service, Former.Piece piece, UpgradeState state) {
    DiskReach.Changed changed = new DiskReach.Changed(all(service));
    Task<Void> task =
        sql -> {
          store.take(sql, piece.items(), changed);
          state.put(sql, service);
          return null;
        };
    return write(
        state.stage() == UpgradeState.Stage.COPYING
            ? Request.write(Call.NOTHING, changed, piece.bytes(), task, loop())
            : Request.lasting(changed, piece.bytes(), task, loop()));
  }

  /** Deletes some entries of a service; answers whether there were any. */
  public Future<Boolean> clear(String service) {
    DiskReach.Changed changed = new DiskReach.Changed(all(service));
    return write(
        Request.deletion(
            Call.NOTHING, changed, sql -> store.isCleared(sql, service, changed), loop()));
  }

  private static Key all(String service) {
    return Key.of("", service, service);
  }

  @Override
  public ReadStream<Event> watch(Call call, Range range, long after) {
    return new WatchStream(log, range, after == NOW ? log.position() : after, call, vertx);
  }

  @Override
  public Future<Void> health() {
    Failure failure = database.unavailable();
    return failure == null ? Future.succeededFuture() : Future.failedFuture(failure);
  }

  @Override
  public Future<Void> close() {
    return vertx.executeBlocking(
        () -> {
          closeNow();
          return null;
        });
  }

  /** As {@link #close}, but blocks until all is closed. */
  void closeNow() {
    database.close();
    log.close();
  }

  private @Nullable Failure unknown(Commit commit) {
    Failure unknown = unknown(commit.reads());
    unknown = unknown == null ? unknown(commit.itemsOf()) : unknown;
    for (Check check : commit.checks()) {
      unknown = unknown == null ? unknown(check.key()) : unknown;
    }
    for (Change change : commit.changes()) {
      unknown = unknown == null ? unknown(change.key()) : unknown;
    }
    return unknown;
  }

  private @Nullable Failure unknown(List<Key> keys) {
    for (Key key : keys) {
      Failure unknown = unknown(key);
      if (unknown != null) {
        return unknown;
      }
    }
    return null;
  }

  private @Nullable Failure unknown(Key key) {
    return store.has(key.service()) ? null : store.unknown(key.service());
  }

  /** That of the caller, not of one of its messages: answers are grouped by it. */
  private Context loop() {
    return ((ContextInternal) vertx.getOrCreateContext()).unwrap();
  }

  private <T> Future<T> read(Request<T> request) {
    Future<T> future = request.future();
    return orFailed(future, database.read(request));
  }

  private <T> Future<T> write(Request<T> request) {
    Future<T> future = request.future();
    return orFailed(future, database.write(request));
  }

  private static <T> Future<T> orFailed(Future<T> future, @Nullable Failure failure) {
    return failure == null ? future : Future.failedFuture(failure);
  }
}
