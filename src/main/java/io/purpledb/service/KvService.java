package io.purpledb.service;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
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

/**
 * The KV store as entries of an engine: a value is the entry of its key. A key without one is not
 * found.
 *
 * @param call what the requests are part of
 */
public record KvService(Engine engine, Call call) implements Service {

  /** For no call in particular. */
  public KvService(Engine engine) {
    this(engine, Call.NOTHING);
  }

  @Override
  public void bind(Handlers handlers) {
    handlers.on(
        KvGetRequest.class,
        (q, call) ->
            within(call)
                .get(q.getKey())
                .map(value -> Service.present(value, q.getKey()))
                .map(value -> KvGetResponse.newBuilder().setValue(value).build()));
    handlers.on(
        KvPutRequest.class,
        (q, call) ->
            within(call).put(q.getKey(), q.getValue()).map(KvPutResponse.getDefaultInstance()));
    handlers.on(
        KvDeleteRequest.class,
        (q, call) ->
            within(call)
                .delete(q.getKey())
                .map(existed -> existed ? KvDeleteResponse.getDefaultInstance() : null)
                .map(deleted -> Service.present(deleted, q.getKey())));
  }

  /** The same for one call: what it asks for is not begun after its deadline. */
  public KvService within(Call other) {
    return new KvService(engine, other);
  }

  /** The value, or null when the key has none. */
  public Future<@Nullable ByteString> get(String key) {
    return engine
        .get(call, keyOf(key))
        .map(entry -> entry == null ? null : ((Value.OfBytes) entry.value()).content());
  }

  /** Stores a value, overwriting what was there. */
  public Future<Void> put(String key, ByteString value) {
    Change put =
        new Change.Put(keyOf(key), new Value.OfBytes(value), Description.NONE, Change.FOREVER);
    return engine.commit(call, Commit.of(put)).mapEmpty();
  }

  /** Deletes a value; answers whether there was one. */
  public Future<Boolean> delete(String key) {
    // Refused when there is none.
    Key deleted = keyOf(key);
    return engine
        .commit(call, Commit.when(new Check.Present(deleted), new Change.Delete(deleted)))
        .map(Committed::isDone);
  }

  private Key keyOf(String key) {
    return Key.of(call.namespace(), "kv", key);
  }
}
