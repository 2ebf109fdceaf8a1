package io.purpledb.linearizability;

import java.time.Duration;
import java.util.List;

/**
 * Tells whether a history is linearizable: whether there is an order of its calls that keeps apart
 * what was apart in time, and in which an object that serves one call at a time answers what was
 * answered. An object is one key of one service; the history of several keys is linearizable when
 * each key's is.
 */
public final class Checker {

  private Checker() {}

  /**
   * Searches for such an order.
   *
   * @param initial the state before the first call
   * @param limit how long to search before it is undecided
   */
  public static <S> Verdict check(S initial, List<RecordedCall<S>> calls, Duration limit) {
    return new Search<>(initial, calls, System.nanoTime() + limit.toNanos()).run();
  }
}
