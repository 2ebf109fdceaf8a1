package io.purpledb;

import io.purpledb.backend.Admission;
import io.purpledb.backend.BackendFactory;
import io.purpledb.backend.BackendVerticle;
import io.purpledb.backend.Backends;
import io.purpledb.backend.replicated.ReplicatedBackends;
import io.purpledb.cluster.Membership;
import io.purpledb.cluster.Relay;
import io.purpledb.config.BackendName;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Config;
import io.purpledb.engine.Capability;
import io.purpledb.message.Failure;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The engines of a server, opened when a service first needs them. */
final class Engines {

  private static final String DISK = "disk";
  private static final String MEMORY = "memory";

  private final Config config;
  private final InstantSource clock;
  private final Vertx vertx;
  private final int loops;
  private final @Nullable Membership membership;
  private final Map<String, Backends> open = Collections.synchronizedMap(new LinkedHashMap<>());

  /**
   * @param loops how many event loops share an engine
   * @param membership who is there in the cluster; null outside of one
   */
  Engines(
      Config config, InstantSource clock, Vertx vertx, int loops, @Nullable Membership membership) {
    this.config = config;
    this.clock = clock;
    this.vertx = vertx;
    this.loops = loops;
    this.membership = membership;
  }

  /** Opens what a service needs; the result makes its backend, one per event loop. */
  Future<Supplier<Deployable>> open(ServiceKind kind) {
    String engine = config.backend(kind.name());
    ClusterConfig cluster = config.cluster();
    if (cluster != null
        && membership != null
        && engine.equals(DISK)
        && !cluster.self().equals(cluster.diskOwner())) {
      return Future.succeededFuture(() -> relay(kind.name(), cluster, membership));
    }
    Backends backends = open.computeIfAbsent(engine, this::newEngine);
    Admission admission = admission(engine);
    return vertx.executeBlocking(
        () -> {
          backends.open(kind.name());
          return () ->
              new BackendVerticle(
                  engine,
                  kind.name(),
                  config.maxInFlight(),
                  () -> kind.service().apply(backends.engine(kind.name())),
                  !backends.isShared(),
                  admission,
                  engine.equals(DISK)); // by the relays
        },
        false); // not one after the other
  }

  /** What of the replicated data is to be seen to though it serves; null when nothing. */
  @Nullable String notice() {
    return open.get(MEMORY) instanceof ReplicatedBackends replicated && replicated.isOpen()
        ? replicated.replication().notice()
        : null;
  }

  /** What an open engine has for none of its services, by its name; all that any engine lacks. */
  Map<String, Set<Capability>> lacks() {
    Map<String, Set<Capability>> lacks = new LinkedHashMap<>();
    for (ServiceKind kind : ServiceKind.ALL) {
      String engine = config.backend(kind.name());
      Backends backends = open.get(engine);
      if (backends != null) {
        lacks
            .computeIfAbsent(engine, first -> EnumSet.allOf(Capability.class))
            .removeAll(backends.capabilities(kind.name()));
      }
    }
    lacks.values().removeIf(Set::isEmpty);
    return lacks;
  }

  /** Closes all; blocks. */
  void close() {
    open.values().forEach(Backends::close);
  }

  private Relay relay(String service, ClusterConfig cluster, Membership present) {
    return new Relay(
        service, config.maxInFlight(), config.requestTimeoutMillis(), cluster, present);
  }

  /** In a cluster: without a majority nothing is ready, and the disk refuses requests. */
  private Admission admission(String engine) {
    Membership present = membership;
    if (present == null) {
      return Admission.ALWAYS;
    }
    return new Admission() {
      @Override
      public @Nullable Failure refusal() {
        return engine.equals(DISK) ? present.noMajority() : null;
      }

      @Override
      public @Nullable Failure notReady() {
        return present.noMajority();
      }
    };
  }

  /** In a cluster the data in memory is on all nodes. */
  private Backends newEngine(String name) {
    ClusterConfig cluster = config.cluster();
    return name.equals(MEMORY) && cluster != null ? replicated(cluster) : factory(name);
  }

  private Backends factory(String name) {
    BackendFactory.Surroundings around =
        new BackendFactory.Surroundings(config, vertx, clock, loops);
    return BackendName.ALL.stream()
        .filter(backend -> backend.name().equals(name))
        .map(BackendFactory.class::cast)
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException(name + " (expected: a backend)"))
        .create(around);
  }

  private Backends replicated(ClusterConfig cluster) {
    return new ReplicatedBackends(
        cluster,
        config.dataDir(),
        config.cacheMaxBytes(),
        config.memoryBudget(),
        config.maxValueBytes(),
        clock,
        config.requestTimeoutMillis(),
        vertx);
  }
}
