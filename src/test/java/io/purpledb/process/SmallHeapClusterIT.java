package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.RefusedException;
import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.NodeProcess;
import io.purpledb.support.process.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes with small heaps refuse what they have no room for, and go on. */
@Tag("long")
@Timeout(180)
class SmallHeapClusterIT {

  private static final String HEAP = "128m";
  private static final int MIB = 1 << 20;
  private static final int CALLS = 200;

  /** So many values of 1 MiB are more than a heap and a half. */
  private static final int LONG_LOG = 200;

  private static final Set<Kind> REFUSALS =
      Set.of(Kind.BUSY, Kind.UNAVAILABLE, Kind.OVERLOADED, Kind.STORAGE_FULL, Kind.TIMED_OUT);

  private final Map<String, ByteString> acknowledged = new TreeMap<>();
  private final Map<String, Integer> outcomes = new TreeMap<>();

  @Test
  void inMemory(@TempDir Path directory) {
    try (ClusterProcesses nodes = start(directory, "memory")) {
      putAtOnce(nodes);
      fill(nodes);
      assertThat(outcomes.keySet()).as("%s", outcomes).anyMatch(o -> o.contains("STORAGE_FULL"));
      assertServed(nodes);
      nodes.nodes().forEach(NodeProcess::kill);
      nodes.start(); // what is in the log and in a snapshot fits, too
      assertServed(nodes);
    }
  }

  /** Far more was written than the heap has, to few keys; a member that starts reads of it. */
  @Test
  void aMemberComesBackToALongLog(@TempDir Path directory) {
    try (ClusterProcesses nodes = start(directory, "memory")) {
      for (int i = 0; i < LONG_LOG; i++) {
        String key = "k" + i % 10;
        Await.value(nodes.node(0).http().kvPut(key, value(i)));
        acknowledged.put(key, value(i));
      }
      for (NodeProcess node : nodes.nodes()) {
        node.kill();
        node.start();
        nodes.awaitReady();
      }
      assertServed(nodes);
    }
  }

  @Test
  void onDisk(@TempDir Path directory) {
    try (ClusterProcesses nodes = start(directory, "disk")) {
      putAtOnce(nodes);
      fill(nodes);
      assertServed(nodes);
    }
  }

  private static ClusterProcesses start(Path directory, String backend) {
    // The machine may be slow: what is refused here is refused for want of room, not of time.
    String[] settings = {"--backend", backend, "--request-timeout-ms", "25000"};
    return ClusterProcesses.withHeap(directory, Place.onLoopback(3), HEAP, settings)
        .startInTurnOrClose();
  }

  /** Each node gets its part of the calls, over HTTP and gRPC. */
  private void putAtOnce(ClusterProcesses nodes) {
    for (int round = 0; round < Integer.getInteger("purple.rounds", 1); round++) {
      Map<String, CompletableFuture<Void>> puts = new TreeMap<>();
      for (int i = 0; i < CALLS; i++) {
        String key = "k" + i;
        acknowledged.remove(key); // a refused write may have replaced it or not
        NodeProcess node = nodes.node(i % 3);
        puts.put(key, (i % 2 == 0 ? node.http() : node.grpc()).kvPut(key, value(i)));
      }
      puts.forEach((key, put) -> note(nodes, key, value(Integer.parseInt(key.substring(1))), put));
    }
    assertThat(acknowledged).as("%s", outcomes).isNotEmpty();
  }

  private void fill(ClusterProcesses nodes) {
    for (int i = 0; i < CALLS; i++) {
      note(nodes, "more" + i, value(i), nodes.node(i % 3).http().kvPut("more" + i, value(i)));
    }
  }

  private void note(
      ClusterProcesses nodes, String key, ByteString value, CompletableFuture<Void> put) {
    @Nullable Throwable failure = Await.value(put.handle((done, thrown) -> thrown));
    if (failure == null) {
      acknowledged.put(key, value);
      outcomes.merge("done", 1, Integer::sum);
      return;
    }
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (!(cause instanceof RefusedException refusal)) {
      throw new AssertionError("no answer\n" + nodes.report(), cause);
    }
    assertThat(refusal.kinds()).as("%s", refusal).containsAnyElementsOf(REFUSALS);
    outcomes.merge(refusal.kinds() + "", 1, Integer::sum);
  }

  private void assertServed(ClusterProcesses nodes) {
    List<String> keys = new ArrayList<>(acknowledged.keySet());
    for (int i = 0; i < keys.size(); i++) {
      NodeProcess node = nodes.node(i % 3);
      assertThat(Await.value(node.http().kvGet(keys.get(i))))
          .as(keys.get(i))
          .isEqualTo(acknowledged.get(keys.get(i)));
    }
    Await.value(nodes.node(1).http().kvDelete(keys.get(0)));
    acknowledged.remove(keys.get(0));
    for (NodeProcess node : nodes.nodes()) {
      assertThat(node.isReady()).as(nodes.report()).isTrue();
      assertThat(node.output()).doesNotContain("OutOfMemory", "ERROR", "SEVERE", "damaged");
    }
  }

  /** 1 MiB that is like no other. */
  private static ByteString value(int number) {
    byte[] bytes = new byte[MIB];
    bytes[0] = (byte) number;
    bytes[MIB - 1] = (byte) (number >> 8);
    return ByteString.copyFrom(bytes);
  }
}
