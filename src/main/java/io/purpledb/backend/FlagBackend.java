package io.purpledb.backend;

import io.purpledb.message.Call;
import io.purpledb.message.Handlers;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.FlagGetResponse;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.FlagSetResponse;
import io.vertx.core.Future;

/** Booleans under keys; an unknown flag is false. */
public interface FlagBackend extends Backend {

  /** The same for one call: what it asks for is not begun after its deadline. */
  default FlagBackend within(Call call) {
    return this;
  }

  /** The flag, false when it was never set. */
  Future<Boolean> get(String key);

  /** Sets the flag. */
  Future<Void> set(String key, boolean value);

  @Override
  default void bind(Handlers handlers) {
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
}
