package io.purpledb.backend;

import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Key;
import io.purpledb.engine.Value;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The counters as entries of an engine: each is a number, and absent while it was never changed.
 *
 * @param isOwn whether the engine is closed with it, and not by who made it
 * @param call what the requests are part of
 */
public record EngineCounter(Engine engine, boolean isOwn, Call call)
    implements EngineBackend, CounterBackend {

  /** On an engine that others use, too. */
  public static EngineCounter on(Engine shared) {
    return new EngineCounter(shared, false, Call.NOTHING);
  }

  /** On an engine that is closed with it. */
  public static EngineCounter owning(Engine engine) {
    return new EngineCounter(engine, true, Call.NOTHING);
  }

  @Override
  public CounterBackend within(Call other) {
    return new EngineCounter(engine, isOwn, other);
  }

  @Override
  public Future<Long> get(String key) {
    return engine.get(call, keyOf(key)).map(EngineCounter::number);
  }

  @Override
  public Future<Long> increment(String key, long amount) {
    Change add = new Change.Add(keyOf(key), amount, Long.MIN_VALUE, Long.MAX_VALUE);
    return engine
        .commit(call, Commit.answering(add))
        .map(
            committed -> {
              if (!committed.isDone()) {
                throw CounterBackend.overflow(key, amount);
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
}
