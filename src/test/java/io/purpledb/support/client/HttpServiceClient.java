package io.purpledb.support.client;

import static io.purpledb.support.client.Texts.inPath;
import static io.purpledb.support.client.Texts.inQuery;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The HTTP server. Values travel as bare bodies, so that any bytes pass. */
final class HttpServiceClient implements ServiceClient {

  private static final int CONNECTIONS = 64;
  private static final long TIMEOUT_MILLIS = 20_000;

  // Less than the 60 s after which a server closes an idle connection, which are also how long
  // Vert.x keeps one by default: a request at that moment would find it closed.
  private static final int KEPT_SECONDS = 20;

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client;

  HttpServiceClient(String host, int port, HttpVersion version) {
    this.client =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setDefaultHost(host)
                    .setDefaultPort(port)
                    .setProtocolVersion(version)
                    .setHttp2ClearTextUpgrade(false)
                    .setKeepAliveTimeout(KEPT_SECONDS))
            .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS))
            // Without it this client logs an error when a refused body is on its way at the end.
            .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
            .build();
  }

  @Override
  public CompletableFuture<String> cacheGet(String key) {
    return future(
        call(GET, path("cache", key), "text/plain", null)
            .map(body -> body.toString(StandardCharsets.UTF_8)));
  }

  @Override
  public CompletableFuture<Void> cacheSet(String key, String value, long ttlSeconds) {
    Buffer body = Buffer.buffer(Texts.bytes(value));
    return done(call(PUT, path("cache", key) + "?ttl=" + ttlSeconds, "text/plain", body));
  }

  @Override
  public CompletableFuture<Long> counterGet(String key) {
    return future(json(GET, path("counters", key)).map(json -> json.getLong("value")));
  }

  @Override
  public CompletableFuture<Long> counterIncrement(String key, long amount) {
    String uri = path("counters", key) + "?increment=" + amount;
    return future(json(PUT, uri).map(json -> json.getLong("value")));
  }

  @Override
  public CompletableFuture<Boolean> flagGet(String key) {
    return future(json(GET, path("flags", key)).map(json -> json.getBoolean("value")));
  }

  @Override
  public CompletableFuture<Void> flagSet(String key, boolean value) {
    return done(call(PUT, path("flags", key) + "?value=" + value, "*/*", null));
  }

  @Override
  public CompletableFuture<ByteString> kvGet(String key) {
    return future(
        call(GET, path("kv", key), "application/octet-stream", null)
            .map(body -> ByteString.copyFrom(body.getBytes())));
  }

  @Override
  public CompletableFuture<Void> kvPut(String key, ByteString value) {
    Buffer body = Buffer.buffer(value.toByteArray());
    return done(call(PUT, path("kv", key), "application/octet-stream", body));
  }

  @Override
  public CompletableFuture<Void> kvDelete(String key) {
    return done(call(DELETE, path("kv", key), "*/*", null));
  }

  @Override
  public CompletableFuture<List<String>> setGet(String key) {
    return future(json(GET, path("sets", key)).map(HttpServiceClient::items));
  }

  @Override
  public CompletableFuture<List<String>> setAdd(String key, String item) {
    return future(
        json(PUT, path("sets", key) + "?item=" + inQuery(item)).map(HttpServiceClient::items));
  }

  @Override
  public CompletableFuture<List<String>> setRemove(String key, String item) {
    return future(
        json(DELETE, path("sets", key) + "?item=" + inQuery(item)).map(HttpServiceClient::items));
  }

  private static String path(String collection, String key) {
    return "/" + collection + "/" + inPath(key);
  }

  private static List<String> items(JsonObject json) {
    return json.getJsonArray("items").stream().map(String.class::cast).toList();
  }

  private Future<JsonObject> json(HttpMethod method, String uri) {
    return call(method, uri, "application/json", null).map(JsonObject::new);
  }

  /**
   * @param type the media type of the body, or of the answer when there is no body
   */
  private Future<Buffer> call(HttpMethod method, String uri, String type, @Nullable Buffer body) {
    // No timeout for a connection: when one comes at once Vert.x 5.0.7 may forget its timer, which
    // then fails a request that is over, and logs that.
    RequestOptions options =
        new RequestOptions().setMethod(method).setURI(uri).setIdleTimeout(TIMEOUT_MILLIS);
    return client
        .request(options)
        .compose( // on the client's event loop: a body must be asked for before it arrives
            request ->
                send(request, type, body)
                    .compose(
                        response ->
                            response.body().compose(all -> answer(method, uri, response, all))));
  }

  private static Future<HttpClientResponse> send(
      HttpClientRequest request, String type, @Nullable Buffer body) {
    return body == null
        ? request.putHeader(HttpHeaders.ACCEPT, type).send()
        : request.putHeader(HttpHeaders.CONTENT_TYPE, type).send(body);
  }

  private static Future<Buffer> answer(
      HttpMethod method, String uri, HttpClientResponse response, Buffer body) {
    int status = response.statusCode();
    ContractCheck.check(method.name(), uri, status, response.headers(), body);
    return status / 100 == 2
        ? Future.succeededFuture(body)
        : Future.failedFuture(
            RefusedException.ofHttp(status, member(body, "code"), member(body, "detail")));
  }

  private static String member(Buffer problem, String name) {
    try {
      return new JsonObject(problem).getString(name, "");
    } catch (DecodeException e) {
      return name.equals("detail") ? problem.toString() : "";
    }
  }

  private static CompletableFuture<Void> done(Future<Buffer> answer) {
    return future(answer.mapEmpty());
  }

  private static <T> CompletableFuture<T> future(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture();
  }

  @Override
  public void close() {
    Await.value(future(vertx.close()));
  }
}
