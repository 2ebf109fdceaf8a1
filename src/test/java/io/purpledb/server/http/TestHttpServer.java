package io.purpledb.server.http;

import io.purpledb.PurpleServer;
import io.purpledb.ServiceKind;
import io.purpledb.config.Config;
import io.purpledb.config.Durability;
import io.purpledb.config.RedisLayout;
import io.purpledb.config.ServerLimits;
import io.purpledb.message.bus.Bus;
import io.purpledb.server.http.contract.HttpContract;
import io.purpledb.server.wire.connection.GatedTransport;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.ContractCheck;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An HTTP server in this process, on a free port, with a client that sends any path as it is. */
final class TestHttpServer implements AutoCloseable, AfterAllCallback {

  /** The largest value, in bytes. */
  static final int MAX_VALUE_BYTES = 4096;

  private static final long TIMEOUT_MILLIS = 20_000;

  private final Vertx vertx;
  private final Runnable stop;
  private final HttpContract contract;
  private final List<HttpServerVerticle> instances = new CopyOnWriteArrayList<>();
  private final String deployment;
  private final Vertx clientVertx = Vertx.vertx();
  private final HttpClient client = clientVertx.createHttpClient();

  private TestHttpServer(Vertx vertx, Config config, long idleMillis, int loops, Runnable stop) {
    this.vertx = vertx;
    this.stop = stop;
    this.contract = await(HttpContract.load(vertx));
    this.deployment =
        await(
            vertx.deployVerticle(
                () -> {
                  HttpServerVerticle instance =
                      new HttpServerVerticle(config, contract, idleMillis, ServiceKind::bindAll);
                  instances.add(instance);
                  return instance;
                },
                new DeploymentOptions().setInstances(loops)));
  }

  /** A server before all services, on memory. */
  static TestHttpServer start() {
    return start(config(MAX_VALUE_BYTES, 10_000));
  }

  static TestHttpServer start(Config config) {
    return start(config, 60_000);
  }

  /**
   * @param idleMillis after how long a connection is closed on which nothing moves
   */
  static TestHttpServer start(Config config, long idleMillis) {
    PurpleServer server = await(PurpleServer.start(config, InstantSource.system()));
    int loops = Runtime.getRuntime().availableProcessors();
    return new TestHttpServer(
        server.vertx(), config, idleMillis, loops, () -> await(server.close()));
  }

  /** A server before these services only, on one event loop. */
  static TestHttpServer before(Config config, Deployable... services) {
    Vertx vertx =
        Vertx.builder()
            .withTransport(GatedTransport.best(config.limits()))
            .with(new VertxOptions().setEventLoopPoolSize(1))
            .build();
    Bus.registerCodecs(vertx);
    for (Deployable service : services) {
      await(vertx.deployVerticle(service));
    }
    return new TestHttpServer(vertx, config, 60_000, 1, () -> await(vertx.close()));
  }

  /** Everything on memory, and neither protocol served but by what the test opens. */
  static Config config(int maxValueBytes, long timeoutMillis) {
    return config(maxValueBytes, timeoutMillis, 64L << 20);
  }

  /** The same with a bound for the bytes of all requests. */
  static Config config(int maxValueBytes, long timeoutMillis, long maxInFlightBytes) {
    return config(maxValueBytes, timeoutMillis, maxInFlightBytes, TestConfigs.LIMITS);
  }

  /** The same with other limits for clients. */
  static Config config(ServerLimits limits) {
    return config(MAX_VALUE_BYTES, 10_000, 64L << 20, limits);
  }

  /** The same with other limits for clients, and for values. */
  static Config config(int maxValueBytes, long timeoutMillis, ServerLimits limits) {
    return config(maxValueBytes, timeoutMillis, 64L << 20, limits);
  }

  private static Config config(
      int maxValueBytes, long timeoutMillis, long maxInFlightBytes, ServerLimits limits) {
    return new Config(
        Set.of(),
        "127.0.0.1",
        0,
        0,
        TestConfigs.allOn("memory"),
        Path.of("target"),
        Durability.FSYNC,
        "redis://127.0.0.1:6379",
        RedisLayout.AUTO,
        maxValueBytes,
        64L << 20,
        timeoutMillis,
        1024,
        256L << 20,
        maxInFlightBytes,
        limits,
        null,
        false);
  }

  Vertx vertx() {
    return vertx;
  }

  HttpContract contract() {
    return contract;
  }

  int port() {
    return instances.get(0).port();
  }

  /** The instances of the server, one for each event loop. */
  List<HttpServerVerticle> instances() {
    return instances;
  }

  /** Stops the server alone. */
  Future<Void> stopServer() {
    return vertx.undeploy(deployment);
  }

  Reply get(String path, String... headers) {
    return call("GET", path, null, headers);
  }

  Reply put(String path, String body, String... headers) {
    return call("PUT", path, Buffer.buffer(body), headers);
  }

  /**
   * Sends a request.
   *
   * @param path with the query, sent as it is
   * @param headers names and values in turn
   */
  Reply call(String method, String path, @Nullable Buffer body, String... headers) {
    Reply reply = callUnchecked(method, path, body, headers);
    ContractCheck.check(method, path, reply.status(), reply.headers(), reply.body());
    return reply;
  }

  /** The same for what no real service answers, and therefore the contract does not have. */
  Reply callUnchecked(String method, String path, @Nullable Buffer body, String... headers) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(method))
            .setHost("127.0.0.1")
            .setPort(port())
            .setURI(path)
            .setIdleTimeout(TIMEOUT_MILLIS);
    for (int i = 0; i < headers.length; i += 2) {
      options.addHeader(headers[i], headers[i + 1]);
    }
    return await(client.request(options).compose(request -> exchange(request, body)));
  }

  /** Runs on the event loop of the request: elsewhere the body may have gone by already. */
  private static Future<Reply> exchange(HttpClientRequest request, @Nullable Buffer body) {
    return (body == null ? request.send() : request.send(body))
        .compose(
            response ->
                response
                    .body()
                    .map(bytes -> new Reply(response.statusCode(), response.headers(), bytes)));
  }

  /** A text, percent-encoded for a path or a query. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static <T> T await(Future<T> future) {
    return Await.value(future.toCompletionStage().toCompletableFuture());
  }

  /** Ends with the class of a test that has it as an extension. */
  @Override
  public void afterAll(ExtensionContext context) {
    close();
  }

  @Override
  public void close() {
    await(clientVertx.close());
    stop.run();
  }
}
