package io.purpledb;

import io.purpledb.cluster.ClusterMember;
import io.purpledb.cluster.Membership;
import io.purpledb.cluster.bus.BusLimits;
import io.purpledb.cluster.bus.BusTransport;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Config;
import io.purpledb.engine.Capability;
import io.purpledb.message.InFlightBytes;
import io.purpledb.message.Interceptor;
import io.purpledb.message.Interceptors;
import io.purpledb.message.Notices;
import io.purpledb.message.SteadyClock;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.server.ServerVerticle;
import io.purpledb.server.grpc.GrpcServerVerticle;
import io.purpledb.server.http.HttpServerVerticle;
import io.purpledb.server.http.contract.HttpContract;
import io.purpledb.server.wire.connection.GatedTransport;
import io.purpledb.service.ServiceVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One running Purple: backends, services and the servers of its protocols, deployed in this order
 * and closed in reverse. Each is deployed once per event loop, so that a request stays on the loop
 * that received it.
 */
public final class PurpleServer {

  private static final String HTTP = "http";
  private static final String GRPC = "grpc";
  private static final long HEALTH_MILLIS = 2_000;

  /** Else Vert.x makes a directory for copies of resources, which a kill leaves behind. */
  private static final FileSystemOptions NO_COPIES =
      new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);

  private static final long NOTICES_MILLIS = 5_000;

  private final Config config;
  private final Vertx vertx;
  private final int loops;
  private final Engines engines;
  private final Map<String, ServerVerticle> servers = new ConcurrentHashMap<>();
  private final Deque<String> deployments = new ConcurrentLinkedDeque<>();
  private final Deque<String> serverDeployments = new ConcurrentLinkedDeque<>();

  private PurpleServer(
      Config config, InstantSource clock, Vertx vertx, int loops, @Nullable Membership membership) {
    this.config = config;
    this.vertx = vertx;
    this.loops = loops;
    this.engines = new Engines(config, clock, vertx, loops, membership);
    var unused = InFlightBytes.of(vertx, config.maxInFlightBytes()); // the first sets the bound
    Notices notices = Notices.of(vertx);
    notices.add(engines::notice);
    if (clock instanceof SteadyClock steady) {
      notices.add(steady::notice);
      vertx.setPeriodic(
          NOTICES_MILLIS, timer -> notices.now()); // a jump is logged without a reader
    }
  }

  /**
   * Starts a server. The future fails with {@link io.purpledb.config.StartFailure} when something
   * around it is not as it must be, and then nothing is left behind.
   *
   * @param clock tells when cache entries expire
   */
  public static Future<PurpleServer> start(Config config, InstantSource clock) {
    return start(config, clock, List.of());
  }

  /**
   * The same with what stands around every operation.
   *
   * @param interceptors in the order in which a request meets them
   */
  public static Future<PurpleServer> start(
      Config config, InstantSource clock, List<Interceptor> interceptors) {
    int loops = Runtime.getRuntime().availableProcessors();
    VertxOptions options =
        new VertxOptions().setEventLoopPoolSize(loops).setFileSystemOptions(NO_COPIES);
    ClusterConfig cluster = config.cluster();
    GatedTransport transport = GatedTransport.best(config.limits());
    if (cluster == null) {
      Vertx vertx = Vertx.builder().withTransport(transport).with(options).build();
      Interceptors.set(vertx, interceptors);
      return new PurpleServer(config, clock, vertx, loops, null).deployAll();
    }
    Membership membership = new Membership(cluster);
    BusLimits limits = BusLimits.of(config.maxValueBytes());
    BusTransport bus = new BusTransport(transport, limits);
    return ClusterMember.join(cluster, bus, options, membership)
        .compose(
            vertx -> {
              Bus.registerCodecs(vertx, limits.maxMessageBytes());
              Interceptors.set(vertx, interceptors);
              PurpleServer server = new PurpleServer(config, clock, vertx, loops, membership);
              vertx
                  .eventBus()
                  .localConsumer(Bus.CLUSTER, asked -> asked.reply(membership.toJson()));
              return server.deployAll();
            });
  }

  /** What its backends lack of what engines can do. */
  Map<String, Set<Capability>> lacks() {
    return engines.lacks();
  }

  /** The port of the HTTP server; 0 when it is not served. */
  public int httpPort() {
    return port(HTTP);
  }

  /** The port of the gRPC server; 0 when it is not served. */
  public int grpcPort() {
    return port(GRPC);
  }

  private int port(String name) {
    ServerVerticle server = servers.get(name);
    return server == null ? 0 : server.port();
  }

  /** Whether all services can answer now; fails with the reason, as /health/ready tells it. */
  Future<Void> ready() {
    return Future.all(
            ServiceKind.ALL.stream()
                .map(kind -> Bus.service(kind.name()))
                .map(address -> Caller.inThisProcess(vertx, address, HEALTH_MILLIS).health())
                .toList())
        .mapEmpty();
  }

  public Vertx vertx() {
    return vertx;
  }

  /** Stops accepting, finishes what is in flight, closes the backends, ends. */
  public Future<Void> close() {
    return undeployServers()
        .eventually(this::undeployServices)
        .eventually(this::closeEngines)
        .eventually(vertx::close);
  }

  /**
   * What does not need each other starts at the same time. Of several failures the first of the
   * list is told; all else has ended by then, so that {@link #close} finds all that there is.
   */
  private Future<PurpleServer> deployAll() {
    Future<@Nullable HttpContract> contract = loadContract();
    List<Future<Supplier<Deployable>>> backends =
        ServiceKind.ALL.stream().map(engines::open).toList();
    Bus.registerCodecs(vertx);
    return Future.join(backends)
        .eventually(() -> contract)
        .compose(x -> deployServices(backends))
        .compose(x -> contract)
        .compose(this::deployServers)
        .map(this)
        .recover(failure -> close().transform(x -> Future.failedFuture(failure)));
  }

  private Future<?> deployServices(List<Future<Supplier<Deployable>>> backends) {
    Future<Void> deployed = Future.succeededFuture();
    for (int i = 0; i < backends.size(); i++) {
      ServiceKind kind = ServiceKind.ALL.get(i);
      Supplier<Deployable> backend = backends.get(i).result();
      deployed = deployed.compose(x -> deployService(kind, backend));
    }
    return deployed;
  }

  private Future<Void> deployService(ServiceKind kind, Supplier<Deployable> backend) {
    return deploy(deployments, backend)
        .compose(x -> deploy(deployments, () -> new ServiceVerticle(kind.name(), config)));
  }

  private Future<?> deployServers(@Nullable HttpContract contract) {
    Future<Void> http =
        contract == null
            ? Future.succeededFuture()
            : deployServer(
                HTTP,
                config.httpPort(),
                () -> new HttpServerVerticle(config, contract, ServiceKind::bindAll));
    return config.protocols().contains(GRPC)
        ? http.compose(
            x -> deployServer(GRPC, config.grpcPort(), () -> new GrpcServerVerticle(config)))
        : http;
  }

  /** The contract of the HTTP server; null when that is not served. */
  private Future<@Nullable HttpContract> loadContract() {
    return config.protocols().contains(HTTP)
        ? HttpContract.load(vertx).map(contract -> contract)
        : Future.succeededFuture(null);
  }

  private Future<Void> deployServer(String name, int port, Supplier<ServerVerticle> supplier) {
    return deploy(
            serverDeployments,
            () -> {
              ServerVerticle server = supplier.get();
              servers.put(name, server); // all instances have the same port
              return server;
            })
        .recover(
            cause -> Future.failedFuture(Listening.failed(name + "-port", port, config, cause)));
  }

  private Future<Void> deploy(Deque<String> ids, Supplier<Deployable> verticle) {
    return OnEachLoop.deploy(vertx, loops, verticle)
        .map(
            id -> {
              ids.push(id);
              return null;
            });
  }

  /** All at once, because each waits for what it has in flight. */
  private Future<Void> undeployServers() {
    return Future.join(serverDeployments.stream().map(vertx::undeploy).toList()).mapEmpty();
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
          engines.close();
          return null;
        });
  }
}
