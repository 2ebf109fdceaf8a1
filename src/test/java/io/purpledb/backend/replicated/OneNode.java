package io.purpledb.backend.replicated;

import io.purpledb.backend.replicated.raft.Group;
import io.purpledb.backend.replicated.raft.LogRoom;
import io.purpledb.backend.replicated.snapshot.SnapshotThreshold;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Member;
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
import io.purpledb.message.Call;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The engine of a cluster of one node, which is closed with it. */
public record OneNode(Replication node, Engine engine) implements Engine {

  private static final long SNAPSHOT_ENTRIES = 2_000;

  /** Opens the node that a directory has, or a new one. */
  public static OneNode open(
      Vertx vertx, InstantSource clock, Path directory, int maxValueBytes, long maxBytes) {
    try {
      Member self = member(directory);
      Replication node =
          Replication.open(
              new ClusterConfig(List.of(self), self, true, self, null),
              directory,
              1 << 20,
              maxBytes,
              maxValueBytes,
              clock,
              Nodes.TIMEOUT_MILLIS,
              vertx,
              new SnapshotThreshold(SNAPSHOT_ENTRIES, Long.MAX_VALUE),
              Group::address,
              LogRoom::of);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (node.health().failed() && System.nanoTime() < end) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
      return new OneNode(node, node.engine());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same each time, as the data belongs to it. */
  private static Member member(Path directory) throws IOException {
    Path port = Files.createDirectories(directory).resolve("port");
    if (!Files.exists(port)) {
      Files.writeString(port, Integer.toString(Nodes.members(1).get(0).port()));
    }
    return new Member("127.0.0.1", Integer.parseInt(Files.readString(port)));
  }

  @Override
  public Future<List<@Nullable Entry>> read(Call call, List<Key> keys) {
    return engine.read(call, keys);
  }

  @Override
  public Future<Committed> commit(Call call, Commit commit) {
    return engine.commit(call, commit);
  }

  @Override
  public Future<Page> scan(Call call, Scan scan) {
    return engine.scan(call, scan);
  }

  @Override
  public Future<List<Entry>> claim(Call call, Claim claim) {
    return engine.claim(call, claim);
  }

  @Override
  public ReadStream<Event> watch(Call call, Range range, long after) {
    return engine.watch(call, range, after);
  }

  @Override
  public Future<Void> health() {
    return engine.health();
  }

  @Override
  public Future<Void> close() {
    node.close();
    return Future.succeededFuture();
  }
}
