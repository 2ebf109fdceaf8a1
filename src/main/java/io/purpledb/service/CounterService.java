package io.purpledb.service;

import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Handlers;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The counters as entries of an engine: each is a signed 64-bit number, and absent while it was
 * never changed, which stands for zero.
 *
 * @param call what the requests are part of
 */
public record CounterService(Engine engine, Call call) implements Service {

  /** For no call in particular. */
  public CounterService(Engine engine) {
    this(engine, Call.NOTHING);
  }

  @Override
  public void bind(Handlers handlers) {
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

  /** The same for one call: what it asks for is not begun after its deadline. */
  public CounterService within(Call other) {
    return new CounterService(engine, other);
  }

  /** The value, zero when the counter does not exist. */
  public Future<Long> get(String key) {
    return engine.get(call, keyOf(key)).map(CounterService::number);
  }

  /**
   * Adds an amount atomically and answers the new value; fails with {@link #overflow} and changes
   * nothing when the sum would leave the signed 64-bit range.
   */
  public Future<Long> increment(String key, long amount) {
    Change add = new Change.Add(keyOf(key), amount, Long.MIN_VALUE, Long.MAX_VALUE);
    return engine
        .commit(call, Commit.answering(add))
        .map(
            committed -> {
              if (!committed.isDone()) {
                throw overflow(key, amount);
              }
              return number(committed.entries().get(0));
            });
  }

  private static long number(@Nullable Entry entry) {
    return entry == null ? 0 : ((Value.OfNumber) entry.value()).number();
  }

  private Key keyOf(String key) {
    return Key.of(call.namespace(), "counter", key);
  }

  /** The failure of an increment that would overflow. */
  public static Failure overflow(String key, long amount) {
    return Failure.conflict(
        "counter %2$s: %1$d more overflows (expected: a sum from %3$d to %4$d); nothing changed"
            .formatted(amount, key, Long.MIN_VALUE, Long.MAX_VALUE));
  }
}
