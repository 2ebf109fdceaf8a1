package io.purpledb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.PurpleClient;
import io.purpledb.message.Failure;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.message.bus.UnreadReplies;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.NodeInfo;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node of a cluster that asks for much over the event bus and reads no answer. */
@Tag("long")
@Timeout(60)
class UnreadRepliesTest {

  private static final ByteString VALUE = ByteString.copyFrom(new byte[1 << 20]);

  private final AtomicInteger asked = new AtomicInteger();
  private BusNodes nodes;
  private UnreadReplies replies;

  /** Answers with a value of 1 MiB. */
  private final class LargeValues extends Endpoint {

    LargeValues() {
      super(Bus.service("kv"), Integer.MAX_VALUE);
      KvGetResponse large = KvGetResponse.newBuilder().setValue(VALUE).build();
      on(
          KvGetRequest.class,
          request -> {
            asked.incrementAndGet();
            return Future.succeededFuture(large);
          });
    }

    @Override
    protected Future<Void> health() {
      return Future.succeededFuture();
    }
  }

  @BeforeEach
  void join() {
    nodes = new BusNodes(3, null);
    replies = UnreadReplies.of(nodes.vertx(0));
    BusNodes.await(nodes.vertx(0).deployVerticle(new LargeValues()));
  }

  @AfterEach
  void leave() {
    nodes.close();
  }

  @Test
  void doesNotFillTheHeapAndOthersAreServed() throws Exception {
    try (ServerSocket unread = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      listenAt(1, unread.getLocalPort());
      long most = replies.maxBytes();
      int requests = (int) (4 * most / VALUE.size());
      long before = usedBytes();

      for (int i = 0; i < requests; i++) {
        var unused = get(1);
      }
      BusNodes.await(get(2));

      assertThat(usedBytes() - before).isLessThan(2 * most);
      assertThat(replies.usedBytes()).isLessThanOrEqualTo(most / 2 + most / 8);
      assertThat(asked.get()).isLessThan(requests / 2);
      for (int i = 0; i < 10; i++) {
        assertThat(BusNodes.await(get(2)).getValue()).isEqualTo(VALUE);
      }
      awaitNoneUnread(); // when its connection is given up
    }
  }

  @Test
  void oneThatReadsIsServedWhateverItAsksFor() throws Exception {
    for (int i = 0; i < 2 * replies.maxBytes() / VALUE.size(); i++) {
      assertThat(BusNodes.await(get(1)).getValue().size()).isEqualTo(VALUE.size());
    }
    awaitNoneUnread();
  }

  @Test
  void aRequestThatIsNoneIsAFailure() throws Exception {
    assertThatThrownBy(
            () ->
                BusNodes.await(
                    PurpleClient.on(nodes.vertx(1)).call(KvPutRequest.getDefaultInstance())))
        .cause()
        .isInstanceOf(Failure.class)
        .hasMessageContaining("not an operation of purple.kv");
    awaitNoneUnread();
  }

  private Future<KvGetResponse> get(int node) {
    return PurpleClient.on(nodes.vertx(node))
        .call(KvGetRequest.newBuilder().setKey("large").build());
  }

  /** Says that the event bus of a node is at another port. */
  private void listenAt(int node, int port) {
    Promise<Void> said = Promise.promise();
    ((VertxInternal) nodes.vertx(node))
        .clusterManager()
        .setNodeInfo(new NodeInfo("127.0.0.1", port, null), said);
    BusNodes.await(said.future());
  }

  private void awaitNoneUnread() throws InterruptedException {
    for (int i = 0; i < 300 && replies.usedBytes() > 0; i++) {
      Thread.sleep(50);
    }
    assertThat(replies.usedBytes()).isZero();
  }

  private static long usedBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
