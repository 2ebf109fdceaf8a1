package io.purpledb.service;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Items;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
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
 * The sets of texts as entries of an engine: each member is an item of the name of the set, with
 * nothing in it. What is answered is a state that the set had. A set without items does not exist;
 * an unknown set is empty.
 *
 * @param call what the requests are part of
 */
public record SetService(Engine engine, Call call) implements Service {

  /** What each member has. */
  public static final Value.OfBytes MEMBER = new Value.OfBytes(ByteString.EMPTY);

  /** For no call in particular. */
  public SetService(Engine engine) {
    this(engine, Call.NOTHING);
  }

  @Override
  public void bind(Handlers handlers) {
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

  /** The same for one call: what it asks for is not begun after its deadline. */
  public SetService within(Call other) {
    return new SetService(engine, other);
  }

  /** The items, none when the set does not exist. */
  public Future<Items> get(String key) {
    return items(Commit.items(Key.of(call.namespace(), "set", key)));
  }

  /** Adds an item and answers the resulting set. */
  public Future<Items> add(String key, String item) {
    // Refused when it is there, so that it stays as it is.
    return items(addition(call.namespace(), key, item));
  }

  /** Removes an item, if it is there, and answers the resulting set. */
  public Future<Items> remove(String key, String item) {
    return items(removal(call.namespace(), key, item));
  }

  /** What adds a member; it answers the set. */
  public static Commit addition(String namespace, String key, String item) {
    Key member = new Key(namespace, "set", key, item);
    Change put = new Change.Put(member, MEMBER, Description.NONE, Change.FOREVER);
    return Commit.when(new Check.Absent(member), put).answeringItems();
  }

  /** What removes a member; it answers the set. */
  public static Commit removal(String namespace, String key, String item) {
    return Commit.of(new Change.Delete(new Key(namespace, "set", key, item))).answeringItems();
  }

  private Future<Items> items(Commit commit) {
    return engine.commit(call, commit).map(committed -> committed.items().get(0));
  }
}
