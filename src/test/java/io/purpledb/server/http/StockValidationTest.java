package io.purpledb.server.http;

import static io.purpledb.server.http.TestHttpServer.await;
import static io.purpledb.support.LibraryFault.mended;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.server.http.contract.ContractDocument;
import io.purpledb.server.http.contract.HttpContract;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.ValidatedRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the validation of vertx-openapi makes of requests for our contract: the faults for which
 * {@code OperationCheck} is there. Each request is answered with the key, or the item, that it is
 * said to have.
 */
@Timeout(60)
class StockValidationTest {

  private static final CountDownLatch RELEASE = new CountDownLatch(1);
  private static final CompletableFuture<Void> WORKS = new CompletableFuture<>();
  private static final CompletableFuture<Void> ARRIVED = new CompletableFuture<>();
  private static final String CHECKED = "/kv/checked";

  private static Vertx vertx;
  private static HttpServer server;
  private static HttpClient client;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    RouterBuilder builder =
        RouterBuilder.create(vertx, HttpContract.of(ContractDocument.read()).openapi());
    answer(builder, "kvGet", request -> request.getPathParameters().get("key"));
    answer(builder, "setAdd", request -> request.getQuery().get("item"));
    Router router = builder.createRouter();
    server =
        await(
            vertx
                .createHttpServer()
                .requestHandler(request -> serve(request, router))
                .listen(0, "127.0.0.1"));
    client = vertx.createHttpClient();
  }

  private static void answer(
      RouterBuilder builder,
      String operation,
      Function<ValidatedRequest, @Nullable RequestParameter> parameter) {
    builder
        .getRoute(operation)
        .addHandler(
            context -> {
              ValidatedRequest request = context.get(RouterBuilder.KEY_META_DATA_VALIDATED_REQUEST);
              RequestParameter found = parameter.apply(request);
              context.end(found == null ? "none" : found.getString());
            });
  }

  /** Besides the contract: a request that has work for a thread, and one that has none. */
  private static void serve(HttpServerRequest request, Router router) {
    switch (request.path()) {
      case "/work" ->
          vertx
              .executeBlocking(
                  () -> {
                    WORKS.complete(null);
                    RELEASE.await();
                    return "";
                  })
              .onSuccess(request.response()::end);
      case "/none" -> request.response().end();
      case CHECKED -> {
        router.handle(request);
        ARRIVED.complete(null);
      }
      default -> router.handle(request);
    }
  }

  @AfterAll
  static void close() {
    RELEASE.countDown();
    await(vertx.close());
  }

  @ParameterizedTest
  @CsvSource({
    "/kv/a+b, a b", // a plus in a path is one
    "/kv/%22quoted%22, quoted",
    "/kv/a%5Ctb, 'a\tb'", // a backslash and a t
    "/x/../kv/abc, ..", // the router takes it for /kv/abc
  })
  void aKeyIsAnother(String path, String key) {
    assertThat(await(send(HttpMethod.GET, path)))
        .as(mended("the key of %s is right".formatted(path)))
        .isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/kv/-5", "/kv/1.5", "/kv/a%22b", "/kv/%7B%7D"})
  void aKeyIsRefused(String path) {
    assertThat(await(send(HttpMethod.GET, path)))
        .as(mended("the key of %s is taken".formatted(path)))
        .isEqualTo("status 400");
  }

  @ParameterizedTest
  @CsvSource({"a%2Bb, a b", "%2541, A", "100%25, status 500"})
  void anItemIsDecodedTwice(String item, String found) {
    assertThat(await(send(HttpMethod.PUT, "/sets/s?item=" + item)))
        .as(mended("item=%s is decoded once".formatted(item)))
        .isEqualTo(found);
  }

  /** Each hop to a thread costs more than our check, and slow work holds all requests up. */
  @Test
  void aRequestWaitsForAThread() {
    Future<String> working = send(HttpMethod.GET, "/work");
    await(Future.fromCompletionStage(WORKS));
    Future<String> checked = send(HttpMethod.GET, CHECKED);
    await(Future.fromCompletionStage(ARRIVED));
    await(send(HttpMethod.GET, "/none")); // of the same loop

    assertThat(checked.isComplete()).as(mended("a request is checked on its event loop")).isFalse();
    RELEASE.countDown();
    assertThat(await(working)).isEmpty();
    assertThat(await(checked)).isEqualTo("checked");
  }

  /** The text of the answer, or its status when it is a refusal. */
  private static Future<String> send(HttpMethod method, String target) {
    return client
        .request(method, server.actualPort(), "127.0.0.1", target)
        .compose(StockValidationTest::answer);
  }

  /** Runs on the event loop of the request: elsewhere the body may have gone by already. */
  private static Future<String> answer(HttpClientRequest request) {
    return request.send().compose(response -> response.body().map(body -> text(response, body)));
  }

  private static String text(HttpClientResponse response, Buffer body) {
    return response.statusCode() == 200 ? body.toString() : "status " + response.statusCode();
  }
}
