package io.purpledb.backend.replicated;

import io.purpledb.backend.replicated.raft.RaftSettings;
import io.purpledb.backend.replicated.wire.EngineWire;
import io.purpledb.backend.replicated.write.LeaderRequests;
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
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.engine.support.WatchStream;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Entries with a copy on each node of a cluster. A commit is a change of the log, in the order and
 * with the time of the leader, so positions and versions are the same on all nodes. Reads are asked
 * of the leader. A watch tells what this node's copy has got, which may be a moment later, and goes
 * on with a position that another node has told.
 */
final class ReplicatedEngine implements Engine {

  /** No member takes more; a leader may take less, as its setting says. */
  private static final int MAX_WRITE_BYTES = RaftSettings.ENTRY_MAX.getSizeInt() - (8 << 10);

  private final Vertx vertx;
  private final LeaderRequests requests;
  private final ChangeLog log;
  private final Supplier<Future<Void>> health;

  /**
   * @param log of the copy of this node
   * @param health of this node
   */
  ReplicatedEngine(
      Vertx vertx, LeaderRequests requests, ChangeLog log, Supplier<Future<Void>> health) {
    this.vertx = vertx;
    this.requests = requests;
    this.log = log;
    this.health = health;
  }

  @Override
  public Future<List<@Nullable Entry>> read(Call call, List<Key> keys) {
    return ask(call, EngineWire.read(keys), false, EngineWire::entries);
  }

  @Override
  public Future<Committed> commit(Call call, Commit commit) {
    ByteString content = EngineWire.commit(commit);
    return commit.isRead()
        ? ask(call, content, false, EngineWire::committed)
        : write(call, content, EngineWire::committed);
  }

  @Override
  public Future<Page> scan(Call call, Scan scan) {
    return ask(call, EngineWire.scan(scan), false, EngineWire::page);
  }

  @Override
  public Future<List<Entry>> claim(Call call, Claim claim) {
    return write(
        call, EngineWire.claim(claim), reply -> EngineWire.present(EngineWire.entries(reply)));
  }

  private <T> Future<T> write(Call call, ByteString write, Function<ByteString, T> answer) {
    if (write.size() > MAX_WRITE_BYTES) {
      return Future.failedFuture(
          Failure.tooLarge(
              "a commit of %d bytes (expected: at most %d)"
                  .formatted(write.size(), MAX_WRITE_BYTES)));
    }
    return ask(call, write, true, answer);
  }

  private <T> Future<T> ask(
      Call call, ByteString content, boolean write, Function<ByteString, T> answer) {
    return Future.fromCompletionStage(
            requests.send(content, write, call), vertx.getOrCreateContext())
        .map(answer)
        .recover(failure -> Future.failedFuture(Failure.of(failure)));
  }

  @Override
  public ReadStream<Event> watch(Call call, Range range, long after) {
    return new WatchStream(log, range, after == NOW ? log.position() : after, call, vertx);
  }

  @Override
  public Future<Void> health() {
    return health.get();
  }

  /** The end of all watches; the node goes on. */
  @Override
  public Future<Void> close() {
    log.close();
    return Future.succeededFuture();
  }
}
