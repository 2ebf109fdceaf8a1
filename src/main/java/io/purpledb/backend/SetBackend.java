package io.purpledb.backend;

import io.purpledb.engine.Items;
import io.purpledb.message.Call;
import io.purpledb.message.Handlers;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import io.vertx.core.Future;

/**
 * Sets of text items under keys. What is answered is a state that the set had. A set without items
 * does not exist; an unknown set is empty.
 */
public interface SetBackend extends Backend {

  /** The same for one call: what it asks for is not begun after its deadline. */
  default SetBackend within(Call call) {
    return this;
  }

  /** The items, none when the set does not exist. */
  Future<Items> get(String key);

  /** Adds an item and answers the resulting set. */
  Future<Items> add(String key, String item);

  /** Removes an item, if it is there, and answers the resulting set. */
  Future<Items> remove(String key, String item);

  @Override
  default void bind(Handlers handlers) {
    handlers.on(
        SetGetRequest.class,
        (q, call) ->
            within(call)
                .get(q.getKey())
                .map(items -> SetGetResponse.newBuilder().addAllItems(items.texts()).build()));
    handlers.on(
        SetAddRequest.class,
        (q, call) ->
            within(call)
                .add(q.getKey(), q.getItem())
                .map(items -> SetAddResponse.newBuilder().addAllItems(items.texts()).build()));
    handlers.on(
        SetRemoveRequest.class,
        (q, call) ->
            within(call)
                .remove(q.getKey(), q.getItem())
                .map(items -> SetRemoveResponse.newBuilder().addAllItems(items.texts()).build()));
  }
}
