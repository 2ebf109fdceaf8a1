package io.purpledb;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.client.Await;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Each event loop gets one instance, whatever else takes loops meanwhile. */
class OnEachLoopTest {

  private static final int LOOPS = 4;
  private static final int DEPLOYMENTS = 50;

  @Test
  void eachLoopHasOneWhileOthersTakeLoopsToo() throws Exception {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
    AtomicBoolean done = new AtomicBoolean();
    Thread other =
        new Thread(
            () -> {
              while (!done.get()) {
                ((VertxInternal) vertx).createEventLoopContext(); // of the next loop
              }
            });
    other.start();
    try {
      for (int i = 0; i < DEPLOYMENTS; i++) {
        Queue<Thread> running = new ConcurrentLinkedQueue<>();

        Await.value(
            OnEachLoop.deploy(vertx, LOOPS, () -> new Running(running))
                .toCompletionStage()
                .toCompletableFuture());

        assertThat(running).hasSize(LOOPS).doesNotHaveDuplicates();
      }
    } finally {
      done.set(true);
      other.join();
      Await.value(vertx.close().toCompletionStage().toCompletableFuture());
    }
  }

  /** A verticle that tells where it runs. */
  private static final class Running extends VerticleBase {

    private final Queue<Thread> running;

    Running(Queue<Thread> running) {
      this.running = running;
    }

    @Override
    public Future<?> start() {
      running.add(Thread.currentThread());
      return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
      running.remove(Thread.currentThread());
      return Future.succeededFuture();
    }
  }
}
