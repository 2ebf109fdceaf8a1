package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.BackendType;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.TestServer;
import io.purpledb.support.client.Protocol;
import io.purpledb.support.client.ServiceClient;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The one test that waits: the time machines of the other tests tell the truth. */
final class ExpiryInRealTimeTest {

  private static final long TTL_SECONDS = 1;
  private static final long TTL_NANOS = TimeUnit.SECONDS.toNanos(TTL_SECONDS);
  private static final long CLOCK_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  @ParameterizedTest
  @EnumSource(BackendType.class)
  void anEntryIsThereForASecondAndNoLonger(BackendType engine) throws InterruptedException {
    try (TestServer server = TestServer.start(TestConfigs.of(engine), InstantSource.system())) {
      ServiceClient purple = server.client(Protocol.BUS);
      String key = UUID.randomUUID().toString();
      long beforeSet = System.nanoTime();
      value(purple.cacheSet(key, "value", TTL_SECONDS));
      long afterSet = System.nanoTime();

      long asked;
      do {
        asked = System.nanoTime();
        CompletableFuture<String> answer = purple.cacheGet(key);
        boolean there = isThere(answer);
        long answered = System.nanoTime();
        if (answered - beforeSet < TTL_NANOS - CLOCK_STEP_NANOS) {
          assertThat(there).as("there before its time is over").isTrue();
        }
        if (asked - afterSet > TTL_NANOS + CLOCK_STEP_NANOS) {
          assertThat(there).as("there after its time is over").isFalse();
        }
        TimeUnit.MILLISECONDS.sleep(5);
      } while (asked - afterSet <= TTL_NANOS + CLOCK_STEP_NANOS);
    }
  }

  private static boolean isThere(CompletableFuture<String> answer) {
    if (value(answer.handle((text, failure) -> failure == null))) {
      return true;
    }
    refusal(NOT_FOUND, answer);
    return false;
  }
}
