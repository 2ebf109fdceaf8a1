package io.purpledb.backend;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Description;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Key;
import io.purpledb.engine.Value;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The cache as entries of an engine: a text is the entry of its key, with the time that it has. How
 * much room they have is the engine's business.
 *
 * @param isOwn whether the engine is closed with it, and not by who made it
 * @param call what the requests are part of
 */
public record EngineCache(Engine engine, boolean isOwn, Call call)
    implements EngineBackend, CacheBackend {

  /** On an engine that others use, too. */
  public static EngineCache on(Engine shared) {
    return new EngineCache(shared, false, Call.NOTHING);
  }

  /** On an engine that is closed with it. */
  public static EngineCache owning(Engine engine) {
    return new EngineCache(engine, true, Call.NOTHING);
  }

  @Override
  public CacheBackend within(Call other) {
    return new EngineCache(engine, isOwn, other);
  }

  @Override
  public Future<@Nullable String> get(String key) {
    return engine
        .get(call, keyOf(key))
        .map(
            entry ->
                entry == null ? null : ((Value.OfBytes) entry.value()).content().toStringUtf8());
  }

  @Override
  public Future<Void> set(String key, String value, long ttlMillis) {
    if (ttlMillis <= 0) { // to an engine it stands for others than a time
      throw new IllegalArgumentException("ttl: %d ms (expected: at least 1)".formatted(ttlMillis));
    }
    Value text = new Value.OfBytes(ByteString.copyFromUtf8(value));
    Change put = new Change.Put(keyOf(key), text, Description.NONE, ttlMillis);
    return engine.commit(call, Commit.of(put)).mapEmpty();
  }

  private Key keyOf(String key) {
    return Key.of(call.namespace(), "cache", key);
  }
}
