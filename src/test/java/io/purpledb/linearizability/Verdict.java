package io.purpledb.linearizability;

/**
 * What the checker says of a history.
 *
 * @param text why, for people
 */
public record Verdict(Outcome outcome, String text) {

  /** Only the first lets a test pass. */
  public enum Outcome {
    LINEARIZABLE,
    NOT_LINEARIZABLE,
    /** There was not time or room enough to search all orders. */
    UNDECIDED
  }
}
