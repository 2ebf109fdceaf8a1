package io.purpledb.server.grpc.call;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.purpledb.message.Failure;
import io.purpledb.server.wire.CommonHeaders;
import io.purpledb.server.wire.http1.Malformed;
import io.purpledb.server.wire.http2.LargeHeaders;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.util.function.BiConsumer;

/** The answer to a call that Vert.x has not heard of, or was told to end: a status as headers. */
public final class StatusAnswer {

  private static final String GRPC = "application/grpc";
  private static final String GRPC_WEB = "application/grpc-web";

  private StatusAnswer() {}

  /** What gRPC calls a failure. */
  static GrpcStatus status(Failure failure) {
    return GrpcStatus.valueOf(failure.kind().grpcCode().number());
  }

  /** Ends a call with a failure. */
  public static void send(HttpServerRequest request, Failure failure) {
    send(request, failure, status(failure));
  }

  /**
   * Ends a call with a failure.
   *
   * @param status what gRPC wants it to be, whatever its kind is elsewhere
   */
  public static void send(HttpServerRequest request, Failure failure, GrpcStatus status) {
    HttpServerResponse response = request.response();
    if (!response.ended() && !response.closed() && !response.headWritten()) {
      String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
      response.putHeader(HttpHeaders.CONTENT_TYPE, type == null ? GRPC : type);
      put(failure, status, response::putHeader);
      response.end();
    }
  }

  /** Answers what is not HTTP/1, or too long to be read: if it is a call, then one of gRPC-Web. */
  public static void refuseMalformed(HttpServerRequest request) {
    Failure failure = Malformed.failure(request);
    HttpServerResponse response = request.response();
    response.putHeader(HttpHeaders.CONTENT_TYPE, GRPC_WEB);
    put(failure, status(failure), response::putHeader);
    Malformed.answer(response, failure, Buffer.buffer());
  }

  /** The answer over HTTP/2 to a call whose metadata are not read. */
  public static LargeHeaders.Refusal overHttp2(Failure failure) {
    Http2Headers headers =
        CommonHeaders.ofHttp2().status("200").set(HttpHeaders.CONTENT_TYPE, GRPC);
    put(failure, status(failure), headers::set);
    return new LargeHeaders.Refusal(headers, Unpooled.EMPTY_BUFFER);
  }

  private static void put(Failure failure, GrpcStatus status, BiConsumer<String, String> headers) {
    headers.accept("grpc-status", Integer.toString(status.code));
    headers.accept(Details.TRAILER, Details.of(failure, status));
    headers.accept(StatusText.TRAILER, StatusText.encode(failure.getMessage()));
  }
}
