package io.purpledb.support;

import io.purpledb.config.Browsers;
import io.purpledb.config.Config;
import io.purpledb.config.Durability;
import io.purpledb.config.ServerLimits;
import io.purpledb.message.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Settings for servers in tests: both protocols on free ports of 127.0.0.1. */
public final class TestConfigs {

  /** Small, so that the bound is cheap to reach. */
  public static final int MAX_VALUE_BYTES = 4096;

  /** The names of all services, as the contract has them. */
  public static final List<String> SERVICES =
      Operation.ALL.stream().map(Operation::service).distinct().sorted().toList();

  private static final Set<String> PROTOCOLS = Set.of("http", "grpc");
  private static final long CACHE_MAX_BYTES = 64L << 20;
  private static final long REQUEST_TIMEOUT_MILLIS = 10_000;
  private static final int MAX_IN_FLIGHT = 1024;
  private static final long MEMORY_BUDGET = 256L << 20;
  private static final long MAX_IN_FLIGHT_BYTES = 64L << 20;

  /** As by default, but for a stop at once, and tests that ask for the host {@code a}. */
  public static final ServerLimits LIMITS = limits(10_000, 5_000, 60_000);

  private static final Queue<Path> DIRECTORIES = new ConcurrentLinkedQueue<>();

  private TestConfigs() {}

  /** A server that keeps everything in one engine, in a new data directory. */
  public static Config of(BackendType engine) {
    return of(engine, newDirectory(), MAX_VALUE_BYTES);
  }

  public static Config of(BackendType engine, Path dataDir, int maxValueBytes) {
    return new Config(
        PROTOCOLS,
        "127.0.0.1",
        0,
        0,
        allOn(engine.setting()),
        dataDir,
        Durability.FSYNC,
        engine.redisUrl(),
        engine.redisLayout(),
        maxValueBytes,
        CACHE_MAX_BYTES,
        REQUEST_TIMEOUT_MILLIS,
        MAX_IN_FLIGHT,
        MEMORY_BUDGET,
        MAX_IN_FLIGHT_BYTES,
        LIMITS,
        null,
        false);
  }

  /** All services on one backend. */
  public static Map<String, String> allOn(String backend) {
    return SERVICES.stream()
        .collect(Collectors.toUnmodifiableMap(service -> service, service -> backend));
  }

  /** The same with other bounds of connections. */
  public static ServerLimits limits(int maxConnections, int maxOfAddress, long headerMillis) {
    return new ServerLimits(
        32 << 10,
        maxConnections,
        maxOfAddress,
        headerMillis,
        75_000,
        0,
        new Browsers(List.of("a"), List.of()));
  }

  /** Everything in memory, and other limits for clients. */
  public static Config with(ServerLimits limits) {
    return with(limits, REQUEST_TIMEOUT_MILLIS);
  }

  public static Config with(ServerLimits limits, long requestTimeoutMillis) {
    Config all = of(BackendType.MEMORY);
    return new Config(
        all.protocols(),
        all.host(),
        all.httpPort(),
        all.grpcPort(),
        all.backends(),
        all.dataDir(),
        all.durability(),
        all.redisUrl(),
        all.redisLayout(),
        all.maxValueBytes(),
        all.cacheMaxBytes(),
        requestTimeoutMillis,
        all.maxInFlight(),
        all.memoryBudget(),
        all.maxInFlightBytes(),
        limits,
        all.cluster(),
        all.debug());
  }

  /** A new directory among the files of the build; {@link #deleteDirectories} deletes it. */
  public static Path newDirectory() {
    try {
      Path made = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "data-");
      DIRECTORIES.add(made);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes what {@link #newDirectory} has made, after the servers are closed. */
  public static void deleteDirectories() throws IOException {
    for (Path made = DIRECTORIES.poll(); made != null; made = DIRECTORIES.poll()) {
      try (Stream<Path> all = Files.walk(made)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
