package io.purpledb.server;

import io.purpledb.PurpleServer;
import io.purpledb.config.Config;
import io.purpledb.support.RawHttp2;
import io.purpledb.support.client.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;

/** The ways to begin HTTP/2, and at each server a request with a body that is answered. */
enum Way {
  GRPC,
  HTTP,

  /** By a request of HTTP/1.1, which is the stream with the number 1. */
  HTTP_UPGRADED;

  /** The first stream that a test may use. */
  static final int FIRST = 3;

  static PurpleServer start(Config config) {
    return Await.value(
        PurpleServer.start(config, InstantSource.system())
            .toCompletionStage()
            .toCompletableFuture());
  }

  static void stop(PurpleServer server) {
    Await.value(server.close().toCompletionStage().toCompletableFuture());
  }

  int port(PurpleServer server) {
    return this == GRPC ? server.grpcPort() : server.httpPort();
  }

  RawHttp2 open(PurpleServer server, int windowBytes) throws IOException {
    RawHttp2 connection = new RawHttp2(port(server));
    return this == HTTP_UPGRADED
        ? connection.upgrade("HEAD", "/ping", windowBytes)
        : connection.open(windowBytes);
  }

  /** The header block of a request that goes on. */
  byte[] headers() throws IOException {
    return this == GRPC
        ? RawHttp2.headers("/purple.v1.KvService/KvGet")
        : RawHttp2.headers("PUT", "/kv/frames", Map.of("content-type", "text/plain"));
  }

  /** The same with another field at its begin. */
  byte[] headers(String name, String value) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    RawHttp2.literal(block, name, value);
    block.write(headers());
    return block.toByteArray();
  }

  /** The rest of the request. */
  static byte[] body() {
    return new byte[5];
  }

  /** Sends all of a request. */
  void call(RawHttp2 connection, int stream) throws IOException {
    connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, headers());
    end(connection, stream);
  }

  /** Sends the rest of a request that has begun. */
  static void end(RawHttp2 connection, int stream) throws IOException {
    connection.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, body());
  }
}
