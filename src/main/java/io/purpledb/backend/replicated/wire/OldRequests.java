package io.purpledb.backend.replicated.wire;

import com.google.protobuf.Message;
import io.purpledb.backend.EngineFlag;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Description;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Key;
import io.purpledb.engine.Value;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.message.Call;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.FlagSetResponse;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvPutRequest;
import org.jspecify.annotations.Nullable;

/**
 * What logs and snapshots of before have of services that are kept as entries of an engine by now.
 */
public final class OldRequests {

  private OldRequests() {}

  /** A request of such a service as a commit; null for any other. */
  static @Nullable Commit commit(Message request) {
    if (request instanceof KvPutRequest put) {
      return Commit.of(
          new Change.Put(
              key("kv", put.getKey()),
              new Value.OfBytes(put.getValue()),
              Description.NONE,
              Change.FOREVER));
    }
    if (request instanceof KvDeleteRequest delete) {
      Key key = key("kv", delete.getKey());
      return Commit.when(new Check.Present(key), new Change.Delete(key));
    }
    if (request instanceof FlagSetRequest set) {
      return Commit.of(
          new Change.Put(
              key("flag", set.getKey()),
              EngineFlag.value(set.getValue()),
              Description.NONE,
              Change.FOREVER));
    }
    return request instanceof CounterIncrementRequest increment
        ? Commit.answering(
            new Change.Add(
                key("counter", increment.getKey()),
                increment.getAmount(),
                Long.MIN_VALUE,
                Long.MAX_VALUE))
        : null;
  }

  /**
   * What the release before answered to a flag that was set; null of anything else, which was alone
   * or a commit then as well. It is answered again: how large replies are decides which writes of a
   * batch are done.
   */
  public static @Nullable Message response(Commit commit) {
    return commit.changes().get(0).key().service().equals("flag")
        ? FlagSetResponse.getDefaultInstance()
        : null;
  }

  public static Entry entry(String service, String name, Value value) {
    return new Entry(key(service, name), value, Description.NONE, MemoryState.BEFORE, Entry.NEVER);
  }

  private static Key key(String service, String name) {
    return Key.of(Call.DEFAULT_NAMESPACE, service, name);
  }
}
