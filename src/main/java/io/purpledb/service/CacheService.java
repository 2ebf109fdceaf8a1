package io.purpledb.service;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Handlers;
import io.purpledb.v1.CacheGetRequest;
import io.purpledb.v1.CacheGetResponse;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.CacheSetResponse;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The cache as entries of an engine: a text is the entry of its key, with the time that it has. It
 * is alive while now &lt; deadline and never answered after that. How much room they have is the
 * engine's business: a full cache evicts. An entry that is not there, for whatever reason, is not
 * found.
 *
 * @param call what the requests are part of
 */
public record CacheService(Engine engine, Call call) implements Service {

  /** The time to live of an entry that is set without one, in seconds. */
  private static final long DEFAULT_TTL_SECONDS = 5;

  /** For no call in particular. */
  public CacheService(Engine engine) {
    this(engine, Call.NOTHING);
  }

  @Override
  public void bind(Handlers handlers) {
    handlers.on(
        CacheGetRequest.class,
        (q, call) ->
            within(call)
                .get(q.getKey())
                .map(text -> Service.present(text, q.getKey()))
                .map(text -> CacheGetResponse.newBuilder().setValue(text).build()));
    handlers.on(
        CacheSetRequest.class,
        (q, call) ->
            within(call)
                .set(q.getKey(), q.getValue(), ttlMillis(q))
                .map(CacheSetResponse.getDefaultInstance()));
  }

  private static long ttlMillis(CacheSetRequest request) {
    long seconds = request.getTtlSeconds();
    return TimeUnit.SECONDS.toMillis(seconds == 0 ? DEFAULT_TTL_SECONDS : seconds);
  }

  /** The same for one call: what it asks for is not begun after its deadline. */
  public CacheService within(Call other) {
    return new CacheService(engine, other);
  }

  /** The value, or null when the key was never set, has expired or was evicted. */
  public Future<@Nullable String> get(String key) {
    return engine
        .get(call, keyOf(key))
        .map(
            entry ->
                entry == null ? null : ((Value.OfBytes) entry.value()).content().toStringUtf8());
  }

  /** Stores a value until {@code ttlMillis} from now, overwriting value and deadline. */
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
