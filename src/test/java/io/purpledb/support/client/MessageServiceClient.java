package io.purpledb.support.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.v1.CacheGetRequest;
import io.purpledb.v1.CacheGetResponse;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.FlagGetResponse;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A client that sends the messages of purple.v1 as they are. */
abstract class MessageServiceClient implements ServiceClient {

  /** Sends one request. */
  abstract <R extends Message> CompletableFuture<R> call(Message request);

  @Override
  public CompletableFuture<String> cacheGet(String key) {
    return this.<CacheGetResponse>call(CacheGetRequest.newBuilder().setKey(key).build())
        .thenApply(CacheGetResponse::getValue);
  }

  @Override
  public CompletableFuture<Void> cacheSet(String key, String value, long ttlSeconds) {
    return done(
        CacheSetRequest.newBuilder().setKey(key).setValue(value).setTtlSeconds(ttlSeconds).build());
  }

  @Override
  public CompletableFuture<Long> counterGet(String key) {
    return this.<CounterGetResponse>call(CounterGetRequest.newBuilder().setKey(key).build())
        .thenApply(CounterGetResponse::getValue);
  }

  @Override
  public CompletableFuture<Long> counterIncrement(String key, long amount) {
    return this.<CounterIncrementResponse>call(
            CounterIncrementRequest.newBuilder().setKey(key).setAmount(amount).build())
        .thenApply(CounterIncrementResponse::getValue);
  }

  @Override
  public CompletableFuture<Boolean> flagGet(String key) {
    return this.<FlagGetResponse>call(FlagGetRequest.newBuilder().setKey(key).build())
        .thenApply(FlagGetResponse::getValue);
  }

  @Override
  public CompletableFuture<Void> flagSet(String key, boolean value) {
    return done(FlagSetRequest.newBuilder().setKey(key).setValue(value).build());
  }

  @Override
  public CompletableFuture<ByteString> kvGet(String key) {
    return this.<KvGetResponse>call(KvGetRequest.newBuilder().setKey(key).build())
        .thenApply(KvGetResponse::getValue);
  }

  @Override
  public CompletableFuture<Void> kvPut(String key, ByteString value) {
    return done(KvPutRequest.newBuilder().setKey(key).setValue(value).build());
  }

  @Override
  public CompletableFuture<Void> kvDelete(String key) {
    return done(KvDeleteRequest.newBuilder().setKey(key).build());
  }

  @Override
  public CompletableFuture<List<String>> setGet(String key) {
    return this.<SetGetResponse>call(SetGetRequest.newBuilder().setKey(key).build())
        .thenApply(SetGetResponse::getItemsList);
  }

  @Override
  public CompletableFuture<List<String>> setAdd(String key, String item) {
    return this.<SetAddResponse>call(SetAddRequest.newBuilder().setKey(key).setItem(item).build())
        .thenApply(SetAddResponse::getItemsList);
  }

  @Override
  public CompletableFuture<List<String>> setRemove(String key, String item) {
    return this.<SetRemoveResponse>call(
            SetRemoveRequest.newBuilder().setKey(key).setItem(item).build())
        .thenApply(SetRemoveResponse::getItemsList);
  }

  private CompletableFuture<Void> done(Message request) {
    return call(request).thenAccept(response -> {});
  }
}
