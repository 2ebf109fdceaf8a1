package io.purpledb;

import io.purpledb.backend.BackendVerticle;
import io.purpledb.backend.Backends;
import io.purpledb.backend.disk.DiskBackends;
import io.purpledb.backend.memory.MemoryBackends;
import io.purpledb.backend.redis.RedisBackends;
import io.purpledb.config.Config;
import io.purpledb.config.StartFailure;
import io.purpledb.message.Bus;
import io.purpledb.server.Door;
import io.purpledb.server.grpc.GrpcDoor;
import io.purpledb.server.http.HttpContract;
import io.purpledb.server.http.HttpDoor;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * One running server: backends, services and doors, deployed in this order and closed in reverse.
 * Each is deployed once per event loop, so that a request stays on the loop that received it.
 */
public final class PurpleServer {

  private static final String HTTP = "http";
  private static final String GRPC = "grpc";

  private final Config config;
  private final InstantSource clock;
  private final Vertx vertx;
  private final int loops;
  private final Map<String, Backends> engines = new LinkedHashMap<>();
  private final Map<String, Door> doors = new ConcurrentHashMap<>();
  private final Deque<String> deployments = new ArrayDeque<>();
  private final Deque<String> doorDeployments = new ArrayDeque<>();

  private PurpleServer(Config config, InstantSource clock, Vertx vertx, int loops) {
    this.config = config;
    this.clock = clock;
    this.vertx = vertx;
    this.loops = loops;
  }

  /**
   * Starts a server. The future fails with {@link io.purpledb.config.StartFailure} when something
   * around it is not as it must be, and then nothing is left behind.
   *
   * @param clock tells when cache entries expire
   */
  public static Future<PurpleServer> start(Config config, InstantSource clock) {
    int loops = Runtime.getRuntime().availableProcessors();
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
    PurpleServer server = new PurpleServer(config, clock, vertx, loops);
    return server
        .deployAll()
        .map(server)
        .recover(failure -> server.close().transform(x -> Future.failedFuture(failure)));
  }

  /** The port of the HTTP door; 0 when it is not served. */
  public int httpPort() {
    return port(HTTP);
  }

  /** The port of the gRPC door; 0 when it is not served. */
  public int grpcPort() {
    return port(GRPC);
  }

  private int port(String name) {
    Door door = doors.get(name);
    return door == null ? 0 : door.port();
  }

  public Vertx vertx() {
    return vertx;
  }

  /** Stops accepting, finishes what is in flight, closes the backends, ends. */
  public Future<Void> close() {
    return undeployDoors()
        .eventually(this::undeployServices)
        .eventually(this::closeEngines)
        .eventually(vertx::close);
  }

  private Future<Void> deployAll() {
    Bus.registerCodecs(vertx);
    Future<Void> deployed = Future.succeededFuture();
    for (ServiceKind kind : ServiceKind.ALL) {
      deployed = deployed.compose(x -> deployService(kind));
    }
    return deployed.compose(x -> deployHttp()).compose(x -> deployGrpc());
  }

  private Future<Void> deployHttp() {
    return config.doors().contains(HTTP)
        ? HttpContract.load(vertx)
            .compose(
                contract ->
                    deployDoor(HTTP, config.httpPort(), () -> new HttpDoor(config, contract)))
        : Future.succeededFuture();
  }

  private Future<Void> deployGrpc() {
    return config.doors().contains(GRPC)
        ? deployDoor(GRPC, config.grpcPort(), () -> new GrpcDoor(config))
        : Future.succeededFuture();
  }

  private Future<Void> deployDoor(String name, int port, Supplier<Door> supplier) {
    return deploy(
            doorDeployments,
            () -> {
              Door door = supplier.get();
              doors.put(name, door); // all instances have the same port
              return door;
            })
        .recover(cause -> Future.failedFuture(notListening(name + "-port", port, cause)));
  }

  private StartFailure notListening(String setting, int port, Throwable cause) {
    return StartFailure.wrongSurroundings(
        "%s: %d on %s cannot be listened on: %s (expected: a free port of this machine)"
            .formatted(setting, port, config.host(), cause.getMessage()),
        cause);
  }

  private Future<Void> deployService(ServiceKind kind) {
    String service = kind.name();
    Backends engine = engines.computeIfAbsent(config.backend(service), this::newEngine);
    return vertx
        .executeBlocking(
            () -> {
              engine.open(service);
              return engine;
            })
        .compose(
            open ->
                deploy(
                    deployments,
                    () ->
                        new BackendVerticle(
                            engine.name(),
                            service,
                            config.maxInFlight(),
                            () -> kind.backend().apply(engine))))
        .compose(x -> deploy(deployments, () -> kind.service().apply(config)));
  }

  private Backends newEngine(String name) {
    return switch (name) {
      case "memory" -> new MemoryBackends(vertx, config.cacheMaxBytes(), clock);
      case "disk" ->
          new DiskBackends(
              vertx,
              config.dataDir(),
              config.durability(),
              config.cacheMaxBytes(),
              clock,
              config.maxInFlight() * loops);
      case "redis" ->
          new RedisBackends(vertx, config.redisUrl(), redisTimeoutMillis(), config.maxInFlight());
      default -> throw new IllegalArgumentException(name + " (expected: memory, disk or redis)");
    };
  }

  /** Less than the request has, so that the caller is told what Redis did not answer. */
  private long redisTimeoutMillis() {
    return config.requestTimeoutMillis() / 2;
  }

  private Future<Void> deploy(Deque<String> ids, Supplier<Deployable> verticle) {
    return vertx
        .deployVerticle(verticle, new DeploymentOptions().setInstances(loops))
        .map(
            id -> {
              ids.push(id);
              return null;
            });
  }

  /** All at once, because each waits for what it has in flight. */
  private Future<Void> undeployDoors() {
    return Future.join(doorDeployments.stream().map(vertx::undeploy).toList()).mapEmpty();
  }

  private Future<Void> undeployServices() {
    Future<Void> undeployed = Future.succeededFuture();
    for (String id : deployments) {
      undeployed = undeployed.eventually(() -> vertx.undeploy(id));
    }
    return undeployed;
  }

  private Future<Void> closeEngines() {
    return vertx.executeBlocking(
        () -> {
          engines.values().forEach(Backends::close);
          return null;
        });
  }
}
