package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.Await;
import io.purpledb.support.ClusterNode;
import io.purpledb.support.Door;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What a node must do that cannot know the truth. */
final class Refusing {

  private static final String KEY = "key";
  private static final long FAST_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** A request of every kind. */
  private static final List<Function<Door, CompletableFuture<?>>> REQUESTS =
      List.of(
          door -> door.kvPut(KEY, ByteString.copyFromUtf8("value")),
          door -> door.kvGet(KEY),
          door -> door.kvDelete(KEY),
          door -> door.counterIncrement(KEY, 1),
          door -> door.counterGet(KEY),
          door -> door.setAdd(KEY, "item"),
          door -> door.setGet(KEY),
          door -> door.setRemove(KEY, "item"),
          door -> door.flagSet(KEY, true),
          door -> door.flagGet(KEY),
          door -> door.cacheSet(KEY, "value", 60),
          door -> door.cacheGet(KEY));

  private Refusing() {}

  /**
   * A node refuses every kind of request through both doors as unavailable. The first one may wait
   * for a majority to come back; when that took too long, the others are refused soon.
   */
  static void all(ClusterNode node) {
    Await.refusal(Kind.UNAVAILABLE, node.http().counterGet(KEY));
    for (Door door : List.of(node.http(), node.grpc())) {
      for (Function<Door, CompletableFuture<?>> request : REQUESTS) {
        long asked = System.nanoTime();
        Await.refusal(Kind.UNAVAILABLE, request.apply(door));
        assertThat(System.nanoTime() - asked).isLessThan(FAST_NANOS);
      }
    }
    assertThat(node.isReady()).isFalse();
  }
}
