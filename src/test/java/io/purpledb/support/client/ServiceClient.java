package io.purpledb.support.client;

import com.google.protobuf.ByteString;
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

  CompletableFuture<String> cacheGet(String key);

  CompletableFuture<Void> cacheSet(String key, String value, long ttlSeconds);

  CompletableFuture<Long> counterGet(String key);

  CompletableFuture<Long> counterIncrement(String key, long amount);

  CompletableFuture<Boolean> flagGet(String key);

  CompletableFuture<Void> flagSet(String key, boolean value);

  CompletableFuture<ByteString> kvGet(String key);

  CompletableFuture<Void> kvPut(String key, ByteString value);

  CompletableFuture<Void> kvDelete(String key);

  CompletableFuture<List<String>> setGet(String key);

  CompletableFuture<List<String>> setAdd(String key, String item);

  CompletableFuture<List<String>> setRemove(String key, String item);

  /** Ends the client, not the server. */
  @Override
  default void close() {}
}
