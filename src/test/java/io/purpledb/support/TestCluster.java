package io.purpledb.support;

import io.purpledb.PurpleClient;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.BusServiceClient;
import io.purpledb.support.client.Protocol;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.client.Spread;
import io.purpledb.support.process.ClockedServer;
import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.Place;
import io.purpledb.support.time.FileClock;
import io.purpledb.support.time.TimeMachine;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes, each a process of its own, with clients of both protocols and a guest on their bus.
 */
public final class TestCluster implements AutoCloseable {

  private static final int NODES = 3;

  private final ClusterProcesses nodes;
  private final TimeMachine time;
  private final String members;
  private @Nullable PurpleClient guest;

  private TestCluster(ClusterProcesses nodes, TimeMachine time, String members) {
    this.nodes = nodes;
    this.time = time;
    this.members = members;
  }

  /** Starts nodes that keep everything in one engine, as {@link TestConfigs} has it. */
  public static TestCluster start(BackendType engine) {
    Path directory = TestConfigs.newDirectory();
    List<Place> places = Place.onLoopback(NODES);
    Path clockFile = directory.resolve("clock");
    FileClock clock = FileClock.create(clockFile);
    ClusterProcesses nodes =
        ClusterProcesses.of(
            directory,
            places,
            ClockedServer.command(clockFile),
            "--backend",
            engine.setting(),
            "--redis-url",
            engine.redisUrl(),
            "--redis-layout",
            engine.redisLayout().toString(),
            "--max-value-bytes",
            "" + TestConfigs.MAX_VALUE_BYTES);
    TimeMachine time =
        engine.setting().equals(BackendType.REDIS.setting()) ? engine.timeMachine() : clock;
    String members = places.stream().map(Place::member).collect(Collectors.joining(","));
    return new TestCluster(nodes.startInTurnOrClose(), time, members);
  }

  public TimeMachine time() {
    return time;
  }

  public int httpPort(int node) {
    return nodes.node(node).place().httpPort();
  }

  /** A client of one node; the event bus has none, so a guest asks any node. */
  public ServiceClient client(Protocol type, int node) {
    return switch (type) {
      case BUS -> bus();
      case HTTP, HTTP2 -> nodes.node(node).http(); // one port; HTTP/2 has a cell of its own
      case GRPC -> nodes.node(node).grpc();
    };
  }

  /** A client that asks all nodes in turn. */
  public ServiceClient spread(Protocol type) {
    return type == Protocol.BUS
        ? bus()
        : Spread.over(
            nodes.nodes().stream().map(node -> client(type, nodes.nodes().indexOf(node))).toList());
  }

  private synchronized ServiceClient bus() {
    PurpleClient joined = guest;
    if (joined == null) {
      joined = Await.value(PurpleClient.join(members).toCompletionStage().toCompletableFuture());
      guest = joined;
    }
    return new BusServiceClient(joined.vertx());
  }

  /** What the nodes have logged that is no answer but a defect. */
  public List<String> defects() {
    return nodes.nodes().stream()
        .flatMap(node -> node.output().lines())
        .filter(line -> line.contains("internal failure"))
        .toList();
  }

  @Override
  public synchronized void close() {
    if (guest != null) {
      Await.value(guest.close().toCompletionStage().toCompletableFuture());
    }
    nodes.close();
    time.close();
  }
}
