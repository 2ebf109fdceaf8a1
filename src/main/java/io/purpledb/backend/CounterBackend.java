package io.purpledb.backend;

import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Handlers;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.vertx.core.Future;

/** Signed 64-bit counters under keys; an unknown counter is zero. */
public interface CounterBackend extends Backend {

  /** The same for one call: what it asks for is not begun after its deadline. */
  default CounterBackend within(Call call) {
    return this;
  }

  /** The value, zero when the counter does not exist. */
  Future<Long> get(String key);

  /**
   * Adds an amount atomically and answers the new value; fails with {@link #overflow} and changes
   * nothing when the sum would leave the signed 64-bit range.
   */
  Future<Long> increment(String key, long amount);

  /** The failure of an increment that would overflow. */
  static Failure overflow(String key, long amount) {
    return Failure.conflict(
        "counter %2$s: %1$d more overflows (expected: a sum from %3$d to %4$d); nothing changed"
            .formatted(amount, key, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  @Override
  default void bind(Handlers handlers) {
    handlers.on(
        CounterGetRequest.class,
        (q, call) ->
            within(call)
                .get(q.getKey())
                .map(v -> CounterGetResponse.newBuilder().setValue(v).build()));
    handlers.on(
        CounterIncrementRequest.class,
        (q, call) ->
            within(call)
                .increment(q.getKey(), q.getAmount())
                .map(v -> CounterIncrementResponse.newBuilder().setValue(v).build()));
  }
}
