package io.purpledb.server.grpc;

import com.google.protobuf.Message;
import io.purpledb.PurpleServer;
import io.purpledb.config.Config;
import io.purpledb.config.Durability;
import io.purpledb.config.RedisLayout;
import io.purpledb.config.ServerLimits;
import io.purpledb.message.Operation;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.support.TestConfigs;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A gRPC server on a free port, with real services on the memory backend or with stand-ins. */
public final class TestGrpcServer implements AutoCloseable, AfterAllCallback {

  /** The full names of the services of purple.v1, as the contract has them. */
  static final List<String> SERVICES =
      Operation.ALL.stream().map(o -> o.method().getService().getFullName()).distinct().toList();

  static final int MAX_VALUE_BYTES = 1 << 20;
  static final int WATCH_PERIOD_MILLIS = 100;

  private static final long IDLE_MILLIS = 300_000;

  private final Vertx vertx;
  private final Supplier<Future<Void>> close;
  private final ConcurrentLinkedQueue<GrpcServerVerticle> servers = new ConcurrentLinkedQueue<>();
  private final String deployment;

  private TestGrpcServer(
      Vertx vertx, int loops, Config config, long idleMillis, Supplier<Future<Void>> close) {
    this.vertx = vertx;
    this.close = close;
    this.deployment =
        await(
            vertx.deployVerticle(
                () -> {
                  GrpcServerVerticle server =
                      new GrpcServerVerticle(config, WATCH_PERIOD_MILLIS, idleMillis);
                  servers.add(server);
                  return server;
                },
                new DeploymentOptions().setInstances(loops)));
  }

  /** A whole Purple. */
  public static TestGrpcServer ofPurple() {
    return ofPurple(config(10_000));
  }

  public static TestGrpcServer ofPurple(Config config) {
    return ofPurple(config, IDLE_MILLIS);
  }

  static TestGrpcServer ofPurple(Config config, long idleMillis) {
    PurpleServer purple = await(PurpleServer.start(config, InstantSource.system()));
    int loops = Runtime.getRuntime().availableProcessors();
    return new TestGrpcServer(purple.vertx(), loops, config, idleMillis, purple::close);
  }

  /** A server in front of endpoints that the test makes. */
  static TestGrpcServer of(Config config, List<Supplier<Deployable>> endpoints) {
    int loops = 2;
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
    Bus.registerCodecs(vertx);
    for (Supplier<Deployable> endpoint : endpoints) {
      await(vertx.deployVerticle(endpoint, new DeploymentOptions().setInstances(loops)));
    }
    return new TestGrpcServer(vertx, loops, config, IDLE_MILLIS, vertx::close);
  }

  static Config config(long requestTimeoutMillis) {
    return config(0, MAX_VALUE_BYTES, requestTimeoutMillis);
  }

  static Config config(int port, int maxValueBytes, long requestTimeoutMillis) {
    return config(port, maxValueBytes, requestTimeoutMillis, 64L << 20);
  }

  static Config config(
      int port, int maxValueBytes, long requestTimeoutMillis, long maxInFlightBytes) {
    return config(port, maxValueBytes, requestTimeoutMillis, maxInFlightBytes, TestConfigs.LIMITS);
  }

  /** With other limits for clients. */
  static Config config(ServerLimits limits) {
    return config(0, MAX_VALUE_BYTES, 10_000, 64L << 20, limits);
  }

  private static Config config(
      int port,
      int maxValueBytes,
      long requestTimeoutMillis,
      long maxInFlightBytes,
      ServerLimits limits) {
    return new Config(
        Set.of(),
        "127.0.0.1",
        0,
        port,
        TestConfigs.allOn("memory"),
        Path.of("data"),
        Durability.FSYNC,
        "redis://127.0.0.1:6379",
        RedisLayout.AUTO,
        maxValueBytes,
        64 << 20,
        requestTimeoutMillis,
        1_000,
        256L << 20,
        maxInFlightBytes,
        limits,
        null,
        false);
  }

  Vertx vertx() {
    return vertx;
  }

  public int port() {
    return servers.element().port();
  }

  /** The ports of all instances. */
  List<Integer> ports() {
    return servers.stream().map(GrpcServerVerticle::port).toList();
  }

  /** Closes the server alone. */
  Future<Void> closeServer() {
    return vertx.undeploy(deployment);
  }

  /** Ends with the class of a test that has it as an extension. */
  @Override
  public void afterAll(ExtensionContext context) {
    close();
  }

  @Override
  public void close() {
    await(close.get());
  }

  public static <T> T await(Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("nothing after " + Duration.ofSeconds(30), e);
    }
  }

  /** A service that answers one type of request as the test says. */
  static final class StandIn<Q extends Message> extends Endpoint {

    private final Supplier<Future<Void>> health;

    StandIn(
        String service,
        Class<Q> type,
        Function<Q, Future<@Nullable Message>> answer,
        Supplier<Future<Void>> health) {
      super(Bus.service(service), Integer.MAX_VALUE);
      this.health = health;
      on(type, answer);
    }

    @Override
    protected Future<Void> health() {
      return health.get();
    }
  }
}
