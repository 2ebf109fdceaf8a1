package io.purpledb.backend;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Description;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Items;
import io.purpledb.engine.Key;
import io.purpledb.engine.Value;
import io.purpledb.message.Call;
import io.vertx.core.Future;

/**
 * The sets as entries of an engine: each member is an item of the set's name, with nothing in it.
 *
 * @param isOwn whether the engine is closed with it, and not by who made it
 * @param call what the requests are part of
 */
public record EngineSet(Engine engine, boolean isOwn, Call call)
    implements EngineBackend, SetBackend {

  /** What each member has. */
  public static final Value.OfBytes MEMBER = new Value.OfBytes(ByteString.EMPTY);

  /** On an engine that others use, too. */
  public static EngineSet on(Engine shared) {
    return new EngineSet(shared, false, Call.NOTHING);
  }

  /** On an engine that is closed with it. */
  public static EngineSet owning(Engine engine) {
    return new EngineSet(engine, true, Call.NOTHING);
  }

  @Override
  public SetBackend within(Call other) {
    return new EngineSet(engine, isOwn, other);
  }

  @Override
  public Future<Items> get(String key) {
    return items(Commit.items(Key.of(call.namespace(), "set", key)));
  }

  /** Refused when it is there, so that it stays as it is. */
  @Override
  public Future<Items> add(String key, String item) {
    return items(addition(call.namespace(), key, item));
  }

  @Override
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
