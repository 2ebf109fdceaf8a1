package io.purpledb.backend;

import com.google.protobuf.ByteString;
import io.purpledb.message.Call;
import io.purpledb.message.Handlers;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvDeleteResponse;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.KvPutResponse;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Bytes under keys. */
public interface KvBackend extends Backend {

  /** The same for one call: what it asks for is not begun after its deadline. */
  default KvBackend within(Call call) {
    return this;
  }

  /** The value, or null when the key has none. */
  Future<@Nullable ByteString> get(String key);

  /** Stores a value, overwriting what was there. */
  Future<Void> put(String key, ByteString value);

  /** Deletes a value; answers whether there was one. */
  Future<Boolean> delete(String key);

  @Override
  default void bind(Handlers handlers) {
    handlers.on(
        KvGetRequest.class,
        (q, call) ->
            within(call)
                .get(q.getKey())
                .map(v -> v == null ? null : KvGetResponse.newBuilder().setValue(v).build()));
    handlers.on(
        KvPutRequest.class,
        (q, call) ->
            within(call).put(q.getKey(), q.getValue()).map(KvPutResponse.getDefaultInstance()));
    handlers.on(
        KvDeleteRequest.class,
        (q, call) ->
            within(call)
                .delete(q.getKey())
                .map(existed -> existed ? KvDeleteResponse.getDefaultInstance() : null));
  }
}
