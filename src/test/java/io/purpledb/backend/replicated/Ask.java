package io.purpledb.backend.replicated;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.message.Failure;
import io.purpledb.v1.CacheGetRequest;
import io.purpledb.v1.CacheGetResponse;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.CacheSetResponse;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.FlagGetResponse;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.FlagSetResponse;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.KvPutResponse;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The operations of all services, asked of one node. */
record Ask(Replication node) {

  void put(String key, String value) throws Exception {
    send(
        KvPutResponse.class,
        KvPutRequest.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value)).build());
  }

  @Nullable String get(String key) throws Exception {
    KvGetResponse response = (KvGetResponse) find(KvGetRequest.newBuilder().setKey(key).build());
    return response == null ? null : response.getValue().toStringUtf8();
  }

  boolean delete(String key) throws Exception {
    return find(KvDeleteRequest.newBuilder().setKey(key).build()) != null;
  }

  long increment(String key, long amount) throws Exception {
    CounterIncrementResponse response =
        send(
            CounterIncrementResponse.class,
            CounterIncrementRequest.newBuilder().setKey(key).setAmount(amount).build());
    return response.getValue();
  }

  long count(String key) throws Exception {
    CounterGetResponse response =
        send(CounterGetResponse.class, CounterGetRequest.newBuilder().setKey(key).build());
    return response.getValue();
  }

  void setFlag(String key, boolean value) throws Exception {
    send(FlagSetResponse.class, FlagSetRequest.newBuilder().setKey(key).setValue(value).build());
  }

  boolean flag(String key) throws Exception {
    FlagGetResponse response =
        send(FlagGetResponse.class, FlagGetRequest.newBuilder().setKey(key).build());
    return response.getValue();
  }

  List<String> add(String key, String item) throws Exception {
    SetAddResponse response =
        send(SetAddResponse.class, SetAddRequest.newBuilder().setKey(key).setItem(item).build());
    return response.getItemsList();
  }

  List<String> remove(String key, String item) throws Exception {
    SetRemoveResponse response =
        send(
            SetRemoveResponse.class,
            SetRemoveRequest.newBuilder().setKey(key).setItem(item).build());
    return response.getItemsList();
  }

  List<String> items(String key) throws Exception {
    SetGetResponse response =
        send(SetGetResponse.class, SetGetRequest.newBuilder().setKey(key).build());
    return response.getItemsList();
  }

  void cache(String key, String value, long ttlSeconds) throws Exception {
    send(
        CacheSetResponse.class,
        CacheSetRequest.newBuilder().setKey(key).setValue(value).setTtlSeconds(ttlSeconds).build());
  }

  @Nullable String cached(String key) throws Exception {
    CacheGetResponse response =
        (CacheGetResponse) find(CacheGetRequest.newBuilder().setKey(key).build());
    return response == null ? null : response.getValue();
  }

  /** The response; null where there is nothing to be found. */
  private @Nullable Message find(Message request) throws Exception {
    try {
      return Nodes.ask(node, request);
    } catch (Failure failure) {
      if (failure.kind() == Failure.Kind.NOT_FOUND) {
        return null;
      }
      throw failure;
    }
  }

  private <R extends Message> R send(Class<R> type, Message request) throws Exception {
    return Objects.requireNonNull(type.cast(Nodes.ask(node, request)));
  }
}
