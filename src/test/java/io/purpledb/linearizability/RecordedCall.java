package io.purpledb.linearizability;

import org.jspecify.annotations.Nullable;

/**
 * One call as its client saw it. It took effect at some moment between the two times; a call
 * without a reply took effect at any moment after its start, or never.
 *
 * @param client who called, for reports
 * @param action what was asked
 * @param invoked when it was asked, in nanoseconds
 * @param completed when it was answered, in nanoseconds; {@link #NEVER} without a reply
 * @param reply what was answered; null when nothing is known
 * @param <S> the states of the object that was called
 */
public record RecordedCall<S>(
    int client, Action<S> action, long invoked, long completed, @Nullable Object reply) {

  /** The completion of a call without a reply. */
  public static final long NEVER = Long.MAX_VALUE;

  public RecordedCall {
    if (invoked > completed || (completed == NEVER) != (reply == null)) {
      throw new IllegalArgumentException(
          "%d to %d, %s (expected: a reply exactly when it is completed, later than invoked)"
              .formatted(invoked, completed, reply));
    }
  }

  /** A call that may have taken effect after its start, or not. */
  public static <S> RecordedCall<S> unknown(int client, Action<S> action, long invoked) {
    return new RecordedCall<>(client, action, invoked, NEVER, null);
  }

  boolean isUnknown() {
    return completed == NEVER;
  }
}
