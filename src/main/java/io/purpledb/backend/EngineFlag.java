package io.purpledb.backend;

import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Description;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Key;
import io.purpledb.engine.Value;
import io.purpledb.message.Call;
import io.vertx.core.Future;

/**
 * The flags as entries of an engine: each is the number 1 or 0, and absent while it was never set.
 *
 * @param isOwn whether the engine is closed with it, and not by who made it
 * @param call what the requests are part of
 */
public record EngineFlag(Engine engine, boolean isOwn, Call call)
    implements EngineBackend, FlagBackend {

  /** What stands for true. */
  public static final Value.OfNumber TRUE = new Value.OfNumber(1);

  /** What stands for false; a flag that was never set is false, too. */
  public static final Value.OfNumber FALSE = new Value.OfNumber(0);

  /** On an engine that others use, too. */
  public static EngineFlag on(Engine shared) {
    return new EngineFlag(shared, false, Call.NOTHING);
  }

  /** On an engine that is closed with it. */
  public static EngineFlag owning(Engine engine) {
    return new EngineFlag(engine, true, Call.NOTHING);
  }

  /** What a flag is as the value of an entry. */
  public static Value.OfNumber value(boolean flag) {
    return flag ? TRUE : FALSE;
  }

  @Override
  public FlagBackend within(Call other) {
    return new EngineFlag(engine, isOwn, other);
  }

  @Override
  public Future<Boolean> get(String key) {
    return engine.get(call, keyOf(key)).map(entry -> entry != null && entry.value().equals(TRUE));
  }

  @Override
  public Future<Void> set(String key, boolean value) {
    Change put = new Change.Put(keyOf(key), value(value), Description.NONE, Change.FOREVER);
    return engine.commit(call, Commit.of(put)).mapEmpty();
  }

  private Key keyOf(String key) {
    return Key.of(call.namespace(), "flag", key);
  }
}
