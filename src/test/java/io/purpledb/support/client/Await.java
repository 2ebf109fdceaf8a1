package io.purpledb.support.client;

import io.purpledb.message.Failure.Kind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waits for an answer; no answer within 30 seconds is an error. */
public final class Await {

  private static final long TIMEOUT_SECONDS = 30;
  private static final long POLL_MILLIS = 5;

  private Await() {}

  /** The value of a request that succeeds; throws its failure when it does not. */
  public static <T> T value(CompletableFuture<T> answer) {
    try {
      return answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("refused: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within " + TIMEOUT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Waits until something is so. */
  public static void until(BooleanSupplier reached) {
    long begun = System.nanoTime();
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS)) {
        throw new AssertionError("not so within " + TIMEOUT_SECONDS + " s");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  /** The failure of a request that must be refused as one kind. */
  public static RefusedException refusal(Kind expected, CompletableFuture<?> answer) {
    Object outcome =
        value(answer.handle((value, failure) -> failure == null ? "" + value : failure));
    if (cause(outcome) instanceof RefusedException failure
        && failure.kinds().contains(expected)
        && !failure.text().isBlank()) {
      return failure;
    }
    throw new AssertionError(
        "answered: " + outcome + " (expected: refused as " + expected + ", with a text)");
  }

  private static Object cause(Object outcome) {
    return outcome instanceof Throwable thrown && thrown.getCause() != null
        ? thrown.getCause()
        : outcome;
  }
}
