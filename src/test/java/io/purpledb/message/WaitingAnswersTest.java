package io.purpledb.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who reads ahead, and for how long. */
@Timeout(10)
class WaitingAnswersTest {

  private static final long LONG_MILLIS = TimeUnit.MINUTES.toMillis(1);

  private final WaitingAnswers answers = new WaitingAnswers(100);

  @Test
  void fewLetMoreCome() {
    answers.add(99);
    answers.awaitFewer(LONG_MILLIS);
    assertThat(answers.isEnough()).isFalse();
  }

  @Test
  void manyAreWaitedFor() throws Exception {
    answers.add(99);
    answers.add(51);
    CompletableFuture<Void> waits =
        CompletableFuture.runAsync(() -> answers.awaitFewer(LONG_MILLIS));
    answers.remove(50);
    assertThat(answers.isEnough()).isTrue();
    assertThat(waits.isDone()).isFalse();
    answers.remove(1);
    waits.get();
  }

  @Test
  void notForEver() {
    answers.add(100);
    answers.awaitFewer(1);
    assertThat(answers.bytes()).isEqualTo(100);
  }
}
