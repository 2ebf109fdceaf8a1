package io.purpledb.backend;

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
 * Text under keys for a limited time. An entry is alive while now &lt; deadline and never answered
 * after that; expired entries free their space without being read. A full cache evicts.
 */
public interface CacheBackend extends Backend {

  /** The same for one call: what it asks for is not begun after its deadline. */
  default CacheBackend within(Call call) {
    return this;
  }

  /** The value, or null when the key was never set, has expired or was evicted. */
  Future<@Nullable String> get(String key);

  /** Stores a value until {@code ttlMillis} from now, overwriting value and deadline. */
  Future<Void> set(String key, String value, long ttlMillis);

  @Override
  default void bind(Handlers handlers) {
    handlers.on(
        CacheGetRequest.class,
        (q, call) ->
            within(call)
                .get(q.getKey())
                .map(v -> v == null ? null : CacheGetResponse.newBuilder().setValue(v).build()));
    handlers.on(
        CacheSetRequest.class,
        (q, call) ->
            within(call)
                .set(q.getKey(), q.getValue(), TimeUnit.SECONDS.toMillis(q.getTtlSeconds()))
                .map(CacheSetResponse.getDefaultInstance()));
  }
}
