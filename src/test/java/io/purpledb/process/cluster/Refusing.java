package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.NodeProcess;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What a node must do that cannot know the truth. */
final class Refusing {

  private static final String KEY = "key";
  private static final long FAST_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** A request of every kind. */
  private static final List<Function<ServiceClient, CompletableFuture<?>>> REQUESTS =
      List.of(
          purple -> purple.kvPut(KEY, ByteString.copyFromUtf8("value")),
          purple -> purple.kvGet(KEY),
          purple -> purple.kvDelete(KEY),
          purple -> purple.counterIncrement(KEY, 1),
          purple -> purple.counterGet(KEY),
          purple -> purple.setAdd(KEY, "item"),
          purple -> purple.setGet(KEY),
          purple -> purple.setRemove(KEY, "item"),
          purple -> purple.flagSet(KEY, true),
          purple -> purple.flagGet(KEY),
          purple -> purple.cacheSet(KEY, "value", 60),
          purple -> purple.cacheGet(KEY));

  private Refusing() {}

  /**
   * A node refuses every kind of request through both protocols as unavailable. The first one may
   * wait for a majority to come back; when that took too long, the others are refused soon.
   */
  static void all(NodeProcess node) {
    Await.refusal(Kind.UNAVAILABLE, node.http().counterGet(KEY));
    for (ServiceClient purple : List.of(node.http(), node.grpc())) {
      for (Function<ServiceClient, CompletableFuture<?>> request : REQUESTS) {
        long asked = System.nanoTime();
        Await.refusal(Kind.UNAVAILABLE, request.apply(purple));
        assertThat(System.nanoTime() - asked).isLessThan(FAST_NANOS);
      }
    }
    assertThat(node.isReady()).isFalse();
  }
}
