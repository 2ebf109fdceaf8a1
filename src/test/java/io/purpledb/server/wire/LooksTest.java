package io.purpledb.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.client.Await;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LooksTest {

  private static final long MILLIS = 2;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final AtomicInteger looked = new AtomicInteger();
  private final AtomicBoolean something = new AtomicBoolean(true);
  private final Looks looks =
      new Looks(
          vertx,
          MILLIS,
          () -> {
            looked.incrementAndGet();
            return something.get();
          });

  @AfterEach
  void close() {
    Await.value(vertx.close().toCompletionStage().toCompletableFuture());
  }

  @Test
  void nothingIsLookedAtBeforeThereIsSomething() {
    assertLooksNoMore();
    assertThat(looked).hasValue(0);
  }

  @Test
  void itIsLookedAgainUntilThereIsNothing() {
    context.runOnContext(x -> looks.goOn());
    Await.until(() -> looked.get() > 2);
    something.set(false);
    int last = looked.get();
    Await.until(() -> looked.get() > last);
    assertLooksNoMore();
    something.set(true);
    int before = looked.get();
    context.runOnContext(x -> looks.goOn());
    Await.until(() -> looked.get() > before + 2);
  }

  @Test
  void onceClosedNothingIsLookedAt() {
    context.runOnContext(x -> looks.goOn());
    Await.until(() -> looked.get() > 2);
    context.runOnContext(x -> looks.close());
    context.runOnContext(x -> looks.goOn());
    assertLooksNoMore();
  }

  /** As long as another timer of the same loop comes ten times. */
  private void assertLooksNoMore() {
    AtomicInteger periods = new AtomicInteger();
    AtomicInteger first = new AtomicInteger();
    context.runOnContext(
        x ->
            vertx.setPeriodic(
                MILLIS,
                timer -> {
                  if (periods.incrementAndGet() == 1) {
                    first.set(looked.get());
                  }
                }));
    Await.until(() -> periods.get() > 10);
    assertThat(looked).hasValue(first.get());
  }
}
