package io.purpledb.service;

import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Handlers;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.FlagGetResponse;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.FlagSetResponse;
import io.vertx.core.Future;

/**
 * The flags as entries of an engine: each is the number 1 or 0, and absent while it was never set,
 * which stands for false.
 *
 * @param call what the requests are part of
 */
public record FlagService(Engine engine, Call call) implements Service {

  /** What stands for true. */
  public static final Value.OfNumber TRUE = new Value.OfNumber(1);

  /** What stands for false; a flag that was never set is false, too. */
  public static final Value.OfNumber FALSE = new Value.OfNumber(0);

  /** For no call in particular. */
  public FlagService(Engine engine) {
    this(engine, Call.NOTHING);
  }

  @Override
  public void bind(Handlers handlers) {
    handlers.on(
        FlagGetRequest.class,
        (q, call) ->
            within(call)
                .get(q.getKey())
                .map(v -> FlagGetResponse.newBuilder().setValue(v).build()));
    handlers.on(
        FlagSetRequest.class,
        (q, call) ->
            within(call).set(q.getKey(), q.getValue()).map(FlagSetResponse.getDefaultInstance()));
  }

  /** What a flag is as the value of an entry. */
  public static Value.OfNumber value(boolean flag) {
    return flag ? TRUE : FALSE;
  }

  /** The same for one call: what it asks for is not begun after its deadline. */
  public FlagService within(Call other) {
    return new FlagService(engine, other);
  }

  /** The flag, false when it was never set. */
  public Future<Boolean> get(String key) {
    return engine.get(call, keyOf(key)).map(entry -> entry != null && entry.value().equals(TRUE));
  }

  /** Sets the flag. */
  public Future<Void> set(String key, boolean value) {
    Change put = new Change.Put(keyOf(key), value(value), Description.NONE, Change.FOREVER);
    return engine.commit(call, Commit.of(put)).mapEmpty();
  }

  private Key keyOf(String key) {
    return Key.of(call.namespace(), "flag", key);
  }
}
