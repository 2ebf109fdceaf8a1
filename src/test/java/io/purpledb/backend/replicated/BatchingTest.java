package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.backend.replicated.files.Segment;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes that wait at a node go together, and each is answered for itself. */
@Timeout(60)
final class BatchingTest {

  private static final int MANY = 400;

  /** The answers to so many additions to one set have 11 MB. */
  private static final int LARGE = 150;

  private static final int ITEM_BYTES = 1_000;

  @Test
  void whatWaitsIsOneEntryOfTheLog(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory).startAll()) {
      new Ask(nodes.node(0)).increment("c", 0);
      long before = nodes.node(0).applied();
      List<Future<Message>> writes = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        for (int node = 0; node < 3; node++) {
          writes.add(Nodes.begin(nodes.node(node), increment("c"), Call.NOTHING));
        }
      }
      List<Long> sums = new ArrayList<>();
      for (Future<Message> write : writes) {
        sums.add(((CounterIncrementResponse) await(write)).getValue());
      }
      assertThat(sums).doesNotHaveDuplicates();
      for (int node = 0; node < 3; node++) {
        assertThat(new Ask(nodes.node(node)).count("c")).isEqualTo(3 * MANY);
      }
      assertThat(nodes.node(0).applied() - before).isLessThan(3 * MANY / 4);
    }
  }

  @Test
  void oneThatFindsNoRoomFailsAlone(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.maxBytes = 1 << 20;
      nodes.startAll();
      Ask ask = new Ask(nodes.node(0));
      String value = "v".repeat(200_000);
      for (int i = 0; i < 4; i++) {
        ask.put("k" + i, value);
      }
      ask.put("d", "v");
      List<Future<Message>> puts = new ArrayList<>();
      List<Future<Message>> others = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        others.add(Nodes.begin(nodes.node(0), increment("c"), Call.NOTHING));
        for (int size : List.of(250_000, 300_000)) {
          KvPutRequest put =
              KvPutRequest.newBuilder()
                  .setKey("big")
                  .setValue(ByteString.copyFrom(new byte[size]))
                  .build();
          puts.add(Nodes.begin(nodes.node(0), put, Call.NOTHING));
        }
      }
      KvDeleteRequest delete = KvDeleteRequest.newBuilder().setKey("d").build();
      others.add(Nodes.begin(nodes.node(0), delete, Call.NOTHING));

      for (int i = 0; i < puts.size(); i++) {
        Future<Message> put = puts.get(i);
        String size = i % 2 == 0 ? "this write needs 250" : "this write needs 300";
        assertThatThrownBy(() -> await(put))
            .isInstanceOfSatisfying(
                Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.STORAGE_FULL))
            .hasMessageContaining(size);
      }
      for (Future<Message> other : others) {
        assertThat(await(other)).isNotNull();
      }
      assertThat(ask.count("c")).isEqualTo(20);
      assertThat(ask.get("d")).isNull();
      assertThat(ask.get("big")).isNull();
    }
  }

  /** Together the answers are more than a batch may have. */
  @Tag("long")
  @Test
  void largeAnswersComeInTurn(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory).startAll()) {
      Replication follower = nodes.node(nodes.aFollower());
      Ask ask = new Ask(follower);
      List<Future<Message>> adds = new ArrayList<>();
      for (int i = 0; i < LARGE; i++) {
        SetAddRequest add =
            SetAddRequest.newBuilder()
                .setKey("s")
                .setItem("%04d".formatted(i).repeat(ITEM_BYTES / 4))
                .build();
        adds.add(Nodes.begin(follower, add, Call.NOTHING));
      }
      List<Integer> sizes = new ArrayList<>();
      for (Future<Message> add : adds) {
        sizes.add(((SetAddResponse) await(add)).getItemsCount());
      }
      assertThat(sizes).doesNotHaveDuplicates().contains(LARGE);
      assertThat(ask.items("s")).hasSize(LARGE);
      assertThat(loggedBytes(nodes.directory(0))).isLessThan(4 * LARGE * ITEM_BYTES);
    }
  }

  /** Those that are put off are in the log again, which must not be all of them each time. */
  private static long loggedBytes(Path node) throws IOException {
    try (Stream<Path> files = Files.walk(node)) {
      Path open =
          files.filter(f -> f.getFileName().toString().startsWith("log_inpr")).findAny().get();
      try (Segment segment = new Segment(open)) {
        long end = Segment.HEADER_BYTES;
        for (Segment.Found f = segment.at(end, 1 << 20); f != null; f = segment.at(end, 1 << 20)) {
          end = f.end();
        }
        return end;
      }
    }
  }

  private static CounterIncrementRequest increment(String key) {
    return CounterIncrementRequest.newBuilder().setKey(key).setAmount(1).build();
  }

  private static Message await(Future<Message> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
