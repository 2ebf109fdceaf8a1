package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.v1.KvPutRequest;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The room of the data of a cluster: its leader refuses, its copies never differ. */
@Timeout(60)
final class RoomTest {

  private static final long LIMIT = 1 << 20;
  private static final String TENTH = "v".repeat((int) (LIMIT / 10));

  @Test
  void aWriteBeyondItIsRefusedOnEveryNodeAndTheRestGoesOn(@TempDir Path directory)
      throws Exception {
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.maxBytes = LIMIT;
      nodes.startAll();
      for (int i = 0; i < 9; i++) {
        new Ask(nodes.node(i % 3)).put("k" + i, TENTH);
      }
      for (int i : nodes.runningNodes()) {
        Ask on = new Ask(nodes.node(i));
        assertThatThrownBy(() -> on.put("one more", TENTH))
            .isInstanceOfSatisfying(
                Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.STORAGE_FULL))
            .hasMessageContaining("of 1048576 bytes are in use, this write needs");
        assertThat(on.get("one more")).isNull();
        assertThat(on.get("k" + i)).isEqualTo(TENTH);
        on.put("k" + i, TENTH); // needs no more
        assertThat(on.increment("c", 1)).isEqualTo(i + 1);
      }
      Ask on = new Ask(nodes.node(0));
      assertThat(on.delete("k0")).isTrue();
      on.put("one more", TENTH);
    }
  }

  @Test
  void writesOnTheirWayAtOnceDoNotFindTheSameRoom(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.maxBytes = LIMIT;
      nodes.startAll();
      List<Future<Message>> writes = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        KvPutRequest put =
            KvPutRequest.newBuilder()
                .setKey("k" + i)
                .setValue(ByteString.copyFromUtf8(TENTH))
                .build();
        writes.add(Nodes.begin(nodes.node(i % 3), put, Call.NOTHING));
      }
      int done = 0;
      for (Future<Message> write : writes) {
        write.otherwiseEmpty().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        if (write.succeeded()) {
          done++;
        } else {
          assertThat(Failure.of(write.cause()).kind()).isEqualTo(Failure.Kind.STORAGE_FULL);
        }
      }
      assertThat(done).isBetween(1, 9);
    }
  }
}
