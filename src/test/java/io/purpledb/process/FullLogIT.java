package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.NodeProcess;
import io.purpledb.support.process.Place;
import io.purpledb.support.process.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose logs are on a file system of 128 MiB: it fills it, and loses nothing. */
@Tag("long")
@Timeout(180)
class FullLogIT {

  private static final int FILLER_BYTES = 48 << 20;
  private static final ByteString VALUE = ByteString.copyFrom(new byte[300_000]);

  private final List<String> acknowledged = new ArrayList<>();

  @Test
  void readsAndDeletesGoOnAlsoAfterAKillOfAll(@TempDir Path directory) throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory, 128)) {
      Path filler = disk.outside().resolve("filler");
      Files.write(filler, new byte[FILLER_BYTES]);
      List<Place> places =
          Place.onLoopback(3).stream().map(place -> place.inside(disk.inside())).toList();
      try (ClusterProcesses nodes =
          ClusterProcesses.of(directory, places, "--backend", "memory").startOrClose()) {
        putUntilRefused(nodes.node(0).http());
        assertThat(acknowledged).hasSizeGreaterThan(5);
        assertServed(nodes);
        nodes.nodes().forEach(NodeProcess::kill);
        nodes.start();
        assertServed(nodes);
        assertRefused(nodes.node(1).grpc());
        Files.delete(filler);
        nodes.await("room", () -> isPut(nodes.node(0).http(), "after"));
        nodes.await("no notice", () -> !notice(nodes.node(0)).contains("free for the log"));
        assertAllThere(nodes.node(0).http());
      }
    }
  }

  private void putUntilRefused(ServiceClient purple) {
    for (int i = 0; isPut(purple, "key" + i); i++) {
      acknowledged.add("key" + i);
    }
    assertRefused(purple);
  }

  private static boolean isPut(ServiceClient purple, String key) {
    CompletableFuture<Void> answer = purple.kvPut(key, VALUE);
    if (Await.value(answer.handle((done, failure) -> failure == null))) {
      return true;
    }
    Await.refusal(Kind.STORAGE_FULL, answer);
    return false;
  }

  private static void assertRefused(ServiceClient purple) {
    assertThat(Await.refusal(Kind.STORAGE_FULL, purple.kvPut("more", VALUE)).text())
        .contains("log");
  }

  private void assertServed(ClusterProcesses nodes) {
    for (NodeProcess node : nodes.nodes()) {
      assertAllThere(node.http());
      String deleted = acknowledged.remove(0);
      Await.value(node.grpc().kvDelete(deleted));
      Await.refusal(Kind.NOT_FOUND, node.http().kvGet(deleted));
      nodes.await("degraded", () -> notice(node).contains("free for the log"));
      assertThat(node.isReady()).isTrue();
      assertThat(notice(node)).contains("degraded");
    }
  }

  private void assertAllThere(ServiceClient purple) {
    for (String key : acknowledged) {
      assertThat(Await.value(purple.kvGet(key))).as(key).isEqualTo(VALUE);
    }
  }

  private static String notice(NodeProcess node) {
    return node.health().orElseThrow().body();
  }
}
