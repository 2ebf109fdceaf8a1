package io.purpledb.backend;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Description;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Key;
import io.purpledb.engine.Value;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The KV store as entries of an engine: a value is the entry of its key.
 *
 * @param isOwn whether the engine is closed with it, and not by who made it
 * @param call what the requests are part of
 */
public record EngineKv(Engine engine, boolean isOwn, Call call)
    implements EngineBackend, KvBackend {

  /** On an engine that others use, too. */
  public static EngineKv on(Engine shared) {
    return new EngineKv(shared, false, Call.NOTHING);
  }

  /** On an engine that is closed with it. */
  public static EngineKv owning(Engine engine) {
    return new EngineKv(engine, true, Call.NOTHING);
  }

  @Override
  public KvBackend within(Call other) {
    return new EngineKv(engine, isOwn, other);
  }

  @Override
  public Future<@Nullable ByteString> get(String key) {
    return engine
        .get(call, keyOf(key))
        .map(entry -> entry == null ? null : ((Value.OfBytes) entry.value()).content());
  }

  @Override
  public Future<Void> put(String key, ByteString value) {
    Change put =
        new Change.Put(keyOf(key), new Value.OfBytes(value), Description.NONE, Change.FOREVER);
    return engine.commit(call, Commit.of(put)).mapEmpty();
  }

  /** Refused when there is none. */
  @Override
  public Future<Boolean> delete(String key) {
    Key deleted = keyOf(key);
    return engine
        .commit(call, Commit.when(new Check.Present(deleted), new Change.Delete(deleted)))
        .map(Committed::isDone);
  }

  private Key keyOf(String key) {
    return Key.of(call.namespace(), "kv", key);
  }
}
