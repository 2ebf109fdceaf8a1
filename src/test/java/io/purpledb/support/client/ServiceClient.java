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
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a user can do with a server, whatever way the requests go; tests see only this. The methods
 * have the names of the contract's operations. A request that is refused fails with {@link
 * RefusedException}; anything else that goes wrong fails otherwise.
 */
public interface ServiceClient extends AutoCloseable {

  String LOOPBACK = "127.0.0.1";

  /** A client of the HTTP server on a port of this machine. */
  static ServiceClient http(int port) {
    return http(LOOPBACK, port);
  }

  static ServiceClient http(String host, int port) {
    return new HttpServiceClient(host, port, HttpVersion.HTTP_1_1);
  }

  /** The same over HTTP/2. */
  static ServiceClient http2(int port) {
    return new HttpServiceClient(LOOPBACK, port, HttpVersion.HTTP_2);
  }

  /** A client of the gRPC server on a port of this machine. */
  static ServiceClient grpc(int port) {
    return grpc(LOOPBACK, port);
  }

  static ServiceClient grpc(String host, int port) {
    return new GrpcServiceClient(host, port);
  }

  /**
   * Sends the request of an operation. It is all that a new operation needs; those below are for
   * tests that ask often.
   */
  <R extends Message> CompletableFuture<R> call(Message request);

  default CompletableFuture<String> cacheGet(String key) {
    return this.<CacheGetResponse>call(CacheGetRequest.newBuilder().setKey(key).build())
        .thenApply(CacheGetResponse::getValue);
  }

  default CompletableFuture<Void> cacheSet(String key, String value, long ttlSeconds) {
    return this.<Message>call(
            CacheSetRequest.newBuilder()
                .setKey(key)
                .setValue(value)
                .setTtlSeconds(ttlSeconds)
                .build())
        .thenAccept(done -> {});
  }

  default CompletableFuture<Long> counterGet(String key) {
    return this.<CounterGetResponse>call(CounterGetRequest.newBuilder().setKey(key).build())
        .thenApply(CounterGetResponse::getValue);
  }

  default CompletableFuture<Long> counterIncrement(String key, long amount) {
    return this.<CounterIncrementResponse>call(
            CounterIncrementRequest.newBuilder().setKey(key).setAmount(amount).build())
        .thenApply(CounterIncrementResponse::getValue);
  }

  default CompletableFuture<Boolean> flagGet(String key) {
    return this.<FlagGetResponse>call(FlagGetRequest.newBuilder().setKey(key).build())
        .thenApply(FlagGetResponse::getValue);
  }

  default CompletableFuture<Void> flagSet(String key, boolean value) {
    return this.<Message>call(FlagSetRequest.newBuilder().setKey(key).setValue(value).build())
        .thenAccept(done -> {});
  }

  default CompletableFuture<ByteString> kvGet(String key) {
    return this.<KvGetResponse>call(KvGetRequest.newBuilder().setKey(key).build())
        .thenApply(KvGetResponse::getValue);
  }

  default CompletableFuture<Void> kvPut(String key, ByteString value) {
    return this.<Message>call(KvPutRequest.newBuilder().setKey(key).setValue(value).build())
        .thenAccept(done -> {});
  }

  default CompletableFuture<Void> kvDelete(String key) {
    return this.<Message>call(KvDeleteRequest.newBuilder().setKey(key).build())
        .thenAccept(done -> {});
  }

  default CompletableFuture<List<String>> setGet(String key) {
    return this.<SetGetResponse>call(SetGetRequest.newBuilder().setKey(key).build())
        .thenApply(SetGetResponse::getItemsList);
  }

  default CompletableFuture<List<String>> setAdd(String key, String item) {
    return this.<SetAddResponse>call(SetAddRequest.newBuilder().setKey(key).setItem(item).build())
        .thenApply(SetAddResponse::getItemsList);
  }

  default CompletableFuture<List<String>> setRemove(String key, String item) {
    return this.<SetRemoveResponse>call(
            SetRemoveRequest.newBuilder().setKey(key).setItem(item).build())
        .thenApply(SetRemoveResponse::getItemsList);
  }

  /** Ends the client, not the server. */
  @Override
  default void close() {}
}
