package io.purpledb.backend.replicated.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.service.FlagService;
import io.purpledb.service.SetService;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.CacheSetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.FlagSetResponse;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What logs and snapshots of before have of services that are kept as entries of an engine by now.
 */
public final class OldRequests {

  private OldRequests() {}

  /**
   * A request that changes something as a commit.
   *
   * @throws Failure when it is none that was ever written
   */
  static Commit commit(Message request) {
    if (request instanceof CacheSetRequest set) {
      long ttlMillis = TimeUnit.SECONDS.toMillis(set.getTtlSeconds());
      Value text = new Value.OfBytes(ByteString.copyFromUtf8(set.getValue()));
      return Commit.of(
          new Change.Put(key("cache", set.getKey()), text, Description.NONE, ttlMillis));
    }
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
              FlagService.value(set.getValue()),
              Description.NONE,
              Change.FOREVER));
    }
    if (request instanceof SetAddRequest add) {
      return SetService.addition(Call.DEFAULT_NAMESPACE, add.getKey(), add.getItem());
    }
    if (request instanceof SetRemoveRequest remove) {
      return SetService.removal(Call.DEFAULT_NAMESPACE, remove.getKey(), remove.getItem());
    }
    if (request instanceof CounterIncrementRequest increment) {
      return Commit.answering(
          new Change.Add(
              key("counter", increment.getKey()),
              increment.getAmount(),
              Long.MIN_VALUE,
              Long.MAX_VALUE));
    }
    throw Failure.invalid("%s: no write".formatted(request.getClass().getSimpleName()));
  }

  /**
   * What releases before answered to a change of the cache, a flag or a set; null of anything else,
   * which was alone or a commit then as well. It is answered again: how large replies are decides
   * which writes of a batch are done.
   */
  public static @Nullable Message response(Commit commit, Committed committed) {
    Change change = commit.changes().get(0);
    return switch (change.key().service()) {
      case "cache" -> CacheSetResponse.getDefaultInstance();
      case "flag" -> FlagSetResponse.getDefaultInstance();
      case "set" -> {
        List<String> items = committed.items().get(0).texts();
        yield change instanceof Change.Put
            ? SetAddResponse.newBuilder().addAllItems(items).build()
            : SetRemoveResponse.newBuilder().addAllItems(items).build();
      }
      default -> null;
    };
  }

  public static Entry entry(String service, String name, Value value) {
    return entry(key(service, name), value);
  }

  /** A text of the cache. */
  public static Entry cached(String name, byte[] text, long deadlineMillis) {
    return new Entry(
        key("cache", name),
        new Value.OfBytes(UnsafeByteOperations.unsafeWrap(text)),
        Description.NONE,
        MemoryState.BEFORE,
        deadlineMillis);
  }

  /** A member of a set. */
  public static Entry member(String set, String item) {
    return entry(new Key(Call.DEFAULT_NAMESPACE, "set", set, item), SetService.MEMBER);
  }

  private static Entry entry(Key key, Value value) {
    return new Entry(key, value, Description.NONE, MemoryState.BEFORE, Entry.NEVER);
  }

  private static Key key(String service, String name) {
    return Key.of(Call.DEFAULT_NAMESPACE, service, name);
  }
}
