package io.purpledb.backend.replicated;

import com.google.protobuf.Message;
import io.purpledb.ServiceKind;
import io.purpledb.backend.replicated.raft.Group;
import io.purpledb.backend.replicated.raft.LogRoom;
import io.purpledb.backend.replicated.snapshot.SnapshotThreshold;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.ClusterTls;
import io.purpledb.config.Member;
import io.purpledb.message.Call;
import io.purpledb.message.Handlers;
import io.purpledb.support.process.ClusterPorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Nodes of one cluster in this process, each with a directory of its own. */
final class Nodes implements AutoCloseable {

  static final long TIMEOUT_MILLIS = 5_000;

  final Vertx vertx = Vertx.vertx();
  final List<Member> members;
  private final Path directory;
  private final Map<Integer, Replication> running = new ConcurrentSkipListMap<>();
  private final Map<Integer, AtomicLong> usable = new ConcurrentHashMap<>();
  InstantSource clock = InstantSource.system();
  long maxBytes = 256L << 20;
  int maxValueBytes = 1 << 20;
  long cacheMaxBytes = 1 << 20;
  long snapshotEntries = 1_000_000;
  long snapshotBytes = 1L << 40;
  @Nullable ClusterTls tls;
  @Nullable Network network;

  Nodes(int size, Path directory) throws IOException {
    this(members(size), directory);
  }

  Nodes(List<Member> members, Path directory) {
    this.members = members;
    this.directory = directory;
  }

  /** Members on ports that are free now. */
  static List<Member> members(int size) {
    return new ArrayList<>(ClusterPorts.members(size));
  }

  Nodes startAll() throws Exception {
    for (int i = 0; i < members.size(); i++) {
      start(i);
    }
    awaitLeader();
    return this;
  }

  Replication start(int i) {
    Replication node =
        Replication.open(
            config(i),
            directory(i),
            cacheMaxBytes,
            maxBytes,
            maxValueBytes,
            clock,
            TIMEOUT_MILLIS,
            vertx,
            new SnapshotThreshold(snapshotEntries, snapshotBytes),
            to -> address(members.get(i), to),
            where -> new LogRoom(where, usable(i)::get, System::nanoTime));
    running.put(i, node);
    return node;
  }

  /** The free bytes of a node's disk, as many as a test likes. */
  AtomicLong usable(int i) {
    return usable.computeIfAbsent(i, none -> new AtomicLong(1L << 40));
  }

  ClusterConfig config(int i) {
    return new ClusterConfig(members, members.get(i), true, members.get(0), tls);
  }

  private String address(Member from, Member to) {
    return network == null || from.equals(to) ? Group.address(to) : network.address(from, to);
  }

  Path directory(int i) {
    return directory.resolve("node" + i);
  }

  void stop(int i) {
    Replication node = running.remove(i);
    if (node != null) {
      node.close();
    }
  }

  /** Ends a node without a word to the others, as far as one process allows. */
  void kill(int i) throws IOException {
    Replication node = running.remove(i);
    if (node != null) {
      node.abort();
    }
  }

  Replication node(int i) {
    Replication node = running.get(i);
    if (node == null) {
      throw new IllegalStateException(i + " does not run");
    }
    return node;
  }

  List<Integer> runningNodes() {
    return List.copyOf(running.keySet());
  }

  /** Waits until a node leads that serves, and all that run know it; answers which. */
  int awaitLeader() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      if (running.values().stream().allMatch(node -> node.health().succeeded())) {
        for (int i : running.keySet()) {
          if (node(i).leads()) {
            return i;
          }
        }
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    throw new AssertionError("no leader within 20 s");
  }

  /**
   * Gives the lead to a node, so that it answers from its own copy. One that is still behind does
   * not take it, and is given it as soon as it has what the others have.
   */
  void transferTo(int next) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    for (int leader = awaitLeader(); leader != next; leader = awaitLeader()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(next + " did not take the lead of " + leader + " within 20 s");
      }
      node(leader).transferTo(members.get(next));
    }
  }

  int aFollower() throws Exception {
    int leader = awaitLeader();
    return running.keySet().stream().filter(i -> i != leader).findFirst().orElseThrow();
  }

  /** What a node answers; throws what it fails with. */
  static @Nullable Message ask(Replication node, Message request) throws Exception {
    return ask(node, request, Call.NOTHING);
  }

  static @Nullable Message ask(Replication node, Message request, Call call) throws Exception {
    try {
      return begin(node, request, call)
          .toCompletionStage()
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /** The same without waiting for it. */
  static Future<Message> begin(Replication node, Message request, Call call) {
    Map<Class<?>, BiFunction<Message, Call, Future<?>>> handlers = new HashMap<>();
    Handlers table =
        new Handlers() {
          @Override
          public <Q extends Message, R extends Message> void on(
              Class<Q> type, BiFunction<Q, Call, Future<@Nullable R>> handler) {
            handlers.put(type, (q, c) -> handler.apply(type.cast(q), c));
          }
        };
    ServiceKind.ALL.forEach(kind -> kind.service().apply(node.engine()).bind(table));
    return Objects.requireNonNull(handlers.get(request.getClass()))
        .apply(request, call)
        .map(Message.class::cast);
  }

  @Override
  public void close() throws IOException {
    for (int i : runningNodes()) {
      kill(i);
    }
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
