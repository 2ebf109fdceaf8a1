package io.purpledb.message.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.message.Call;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class LocalCallTest {

  @Test
  void whoAnswersIsNotHarmedByThoseWhoWait(Vertx vertx) {
    LocalCall local = new LocalCall(null, Call.NOTHING, new DeadlineQueue(vertx, 10_000));
    AtomicInteger taken = new AtomicInteger();
    local
        .response()
        .onSuccess(
            answer -> {
              taken.incrementAndGet();
              throw new IllegalStateException("a defect");
            });

    local.succeed("an answer");
    local.succeed("another");

    assertThat(taken).hasValue(1);
    assertThat(local.response().result()).isEqualTo("an answer");
  }

  @Test
  void oneThatIsLateDoesNotKeepTheNextWaiting(Vertx vertx) {
    DeadlineQueue pending = new DeadlineQueue(vertx, 10);
    LocalCall first = new LocalCall(null, Call.NOTHING, pending);
    first
        .response()
        .onFailure(
            late -> {
              throw new IllegalStateException("a defect");
            });
    LocalCall next = new LocalCall(null, Call.NOTHING, pending);

    assertThatThrownBy(() -> next.response().await(10, TimeUnit.SECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(next.response().failed()).isTrue(); // and not only the waiting here
  }
}
