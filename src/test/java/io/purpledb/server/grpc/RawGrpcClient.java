package io.purpledb.server.grpc;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.grpc.common.GrpcStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Speaks HTTP, to send what no gRPC client would. */
public final class RawGrpcClient implements AutoCloseable {

  /** What came back; the gRPC status and text are null when there were none. */
  public record Answer(
      int httpStatus,
      @Nullable GrpcStatus status,
      @Nullable String text,
      MultiMap headers,
      Buffer body) {}

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client;
  private final int port;

  public RawGrpcClient(int port) {
    this(port, HttpVersion.HTTP_2);
  }

  public RawGrpcClient(int port, HttpVersion version) {
    this.port = port;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false));
  }

  /** One message in its frame. */
  public static Buffer frame(byte[] message) {
    return frame(0, message);
  }

  static Buffer frame(int flag, byte[] message) {
    return Buffer.buffer().appendByte((byte) flag).appendInt(message.length).appendBytes(message);
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A whole call. */
  public Answer call(String path, Map<String, String> headers, Buffer body) {
    return TestGrpcServer.await(answer(open(path, headers), body));
  }

  /** A call whose request does not end. */
  Answer callWithoutEnd(String path, Map<String, String> headers, Buffer body) {
    HttpClientRequest request = open(path, headers);
    Future<Answer> answer = answer(request);
    request.write(body);
    return TestGrpcServer.await(answer);
  }

  HttpClientRequest open(String path, Map<String, String> headers) {
    return open(HttpMethod.POST, path, headers);
  }

  public HttpClientRequest open(HttpMethod method, String path, Map<String, String> headers) {
    RequestOptions options =
        new RequestOptions().setMethod(method).setHost("127.0.0.1").setPort(port).setURI(path);
    options.putHeader("content-type", "application/grpc");
    headers.forEach(options::putHeader);
    HttpClientRequest request = TestGrpcServer.await(client.request(options));
    request.setChunked(true);
    request.exceptionHandler(x -> {}); // an answer may come before the end
    request.response().onSuccess(response -> response.exceptionHandler(x -> {}));
    return request;
  }

  /** The answer to a request that ends with a body. */
  static Future<Answer> answer(HttpClientRequest request, Buffer body) {
    Future<Answer> answer = answer(request);
    request.end(body);
    return answer;
  }

  public static Future<Answer> answer(HttpClientRequest request) {
    return request
        .response()
        .compose(response -> response.body().map(body -> answer(response, body)));
  }

  private static Answer answer(HttpClientResponse response, Buffer body) {
    String status = either(response, "grpc-status");
    String text = either(response, "grpc-message");
    return new Answer(
        response.statusCode(),
        status == null ? null : GrpcStatus.valueOf(Integer.parseInt(status)),
        text == null ? null : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8),
        response.headers(),
        body);
  }

  private static @Nullable String either(HttpClientResponse response, String name) {
    String header = response.getHeader(name);
    return header == null ? response.getTrailer(name) : header;
  }

  @Override
  public void close() {
    TestGrpcServer.await(vertx.close());
  }
}
