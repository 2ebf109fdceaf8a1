package io.purpledb.message;

import io.vertx.core.MultiMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a request says besides what it asks for: in which namespace, who asks, until when, as part
 * of which trace, and whether it repeats another. Goes with every request through every hop: on an
 * event loop by reference, between nodes as headers of the message. Immutable.
 *
 * @param namespace where keys are looked up; {@link #DEFAULT_NAMESPACE} where nothing is said
 * @param principal who asks; empty for one that did not say
 * @param deadlineNanos when nobody waits for the answer any more, in terms of {@link
 *     System#nanoTime}; {@link #NO_DEADLINE} when that is not known
 * @param trace the {@code traceparent} of W3C Trace Context, as it came; null when there is none
 * @param idempotencyKey the same for all tries of one write; null when there is none
 */
public record Call(
    String namespace,
    String principal,
    long deadlineNanos,
    @Nullable String trace,
    @Nullable String idempotencyKey) {

  /** The namespace of a request that names none. */
  public static final String DEFAULT_NAMESPACE = "default";

  /** No moment that a deadline may be at: one that would be takes the next. */
  public static final long NO_DEADLINE = 0;

  /** Header: how much time is left for the answer, in milliseconds. */
  public static final String TIMEOUT = "purple-timeout-ms";

  /** Header: the namespace. */
  public static final String NAMESPACE = "purple-namespace";

  /** Header: who asks. A node believes what its peers in the cluster say. */
  public static final String PRINCIPAL = "purple-principal";

  /** Header of W3C Trace Context, in all protocols. */
  public static final String TRACE = "traceparent";

  /** Header: the idempotency key. */
  public static final String IDEMPOTENCY_KEY = "idempotency-key";

  /** Says nothing. */
  public static final Call NOTHING = new Call(DEFAULT_NAMESPACE, "", NO_DEADLINE, null, null);

  /** Who waits for longer waits for so long: any number of nanoseconds would not fit. */
  private static final long LONGEST_MILLIS = TimeUnit.DAYS.toMillis(1);

  /** Says only until when an answer is waited for: so many milliseconds from now on. */
  public static Call within(long timeoutMillis) {
    return NOTHING.endingWithin(timeoutMillis);
  }

  /** The same as part of a trace, if one is given. */
  public Call tracedBy(@Nullable String traceparent) {
    return traceparent == null
        ? this
        : new Call(namespace, principal, deadlineNanos, traceparent, idempotencyKey);
  }

  /** The same, but over after so many milliseconds at the latest. */
  public Call endingWithin(long timeoutMillis) {
    long millis = Math.min(timeoutMillis, LONGEST_MILLIS);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    if (deadlineNanos != NO_DEADLINE && deadlineNanos - end <= 0) {
      return this;
    }
    return new Call(
        namespace, principal, end == NO_DEADLINE ? end + 1 : end, trace, idempotencyKey);
  }

  /** Whether its deadline is over, so that nobody waits for the answer. */
  public boolean isOver() {
    return deadlineNanos != NO_DEADLINE && deadlineNanos - System.nanoTime() <= 0;
  }

  /**
   * How long the answer is waited for yet, in milliseconds; 0 when the deadline is over.
   *
   * @param unlimited what to say when there is no deadline
   */
  public long leftMillis(long unlimited) {
    if (deadlineNanos == NO_DEADLINE) {
      return unlimited;
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
    return Math.max(0, Math.min(unlimited, millis));
  }

  /** Says all of it in headers, which {@link #of} reads; what is as by default is left out. */
  public void putInto(MultiMap headers) {
    if (!namespace.equals(DEFAULT_NAMESPACE)) {
      headers.set(NAMESPACE, namespace);
    }
    if (!principal.isEmpty()) {
      headers.set(PRINCIPAL, principal);
    }
    if (deadlineNanos != NO_DEADLINE) {
      headers.set(TIMEOUT, Long.toString(leftMillis(Long.MAX_VALUE)));
    }
    if (trace != null) {
      headers.set(TRACE, trace);
    }
    if (idempotencyKey != null) {
      headers.set(IDEMPOTENCY_KEY, idempotencyKey);
    }
  }

  /** Reads what the headers of a message say; fails as invalid where that makes no sense. */
  public static Call of(MultiMap headers) {
    if (headers.isEmpty()) {
      return NOTHING;
    }
    String namespace = headers.get(NAMESPACE);
    String principal = headers.get(PRINCIPAL);
    Call call =
        new Call(
            namespace == null ? DEFAULT_NAMESPACE : namespace,
            principal == null ? "" : principal,
            NO_DEADLINE,
            headers.get(TRACE),
            headers.get(IDEMPOTENCY_KEY));
    String timeout = headers.get(TIMEOUT);
    return timeout == null ? call : call.endingWithin(millis(timeout));
  }

  private static long millis(String timeout) {
    long millis;
    try {
      millis = Long.parseLong(timeout);
    } catch (NumberFormatException e) {
      millis = -1;
    }
    if (millis < 0) {
      throw Failure.invalid(
          "%s: %s (expected: 0 or more whole milliseconds)".formatted(TIMEOUT, timeout));
    }
    return millis;
  }
}
