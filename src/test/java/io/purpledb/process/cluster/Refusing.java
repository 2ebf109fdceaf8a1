package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.message.Operation;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.Samples;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.NodeProcess;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a node must do that cannot know the truth. */
final class Refusing {

  private static final String KEY = "key";
  private static final long FAST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private Refusing() {}

  /**
   * A node refuses every kind of request through both protocols as unavailable. The first one may
   * wait for a majority to come back; when that took too long, the others are refused soon.
   */
  static void all(NodeProcess node) {
    Await.refusal(Kind.UNAVAILABLE, node.http().counterGet(KEY));
    for (ServiceClient purple : List.of(node.http(), node.grpc())) {
      for (Operation operation : Operation.ALL) {
        long asked = System.nanoTime();
        Await.refusal(Kind.UNAVAILABLE, purple.call(Samples.request(operation, KEY)));
        assertThat(System.nanoTime() - asked).isLessThan(FAST_NANOS);
      }
    }
    assertThat(node.isReady()).isFalse();
  }
}
