package io.purpledb.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The checked settings of one server.
 *
 * @param protocols which protocols to serve: {@code http}, {@code grpc} or both
 * @param host the address to listen on
 * @param httpPort the port of the HTTP server; 0 takes a free one
 * @param grpcPort the port of the gRPC server; 0 takes a free one
 * @param backends the engine ({@code memory}, {@code disk}, {@code redis}) of each service
 * @param dataDir where the disk backend keeps its files
 * @param durability what the disk backend promises before it acknowledges a write
 * @param redisUrl the Redis server, with user, password and TLS as in {@code rediss://user:pw@host}
 * @param redisLayout how data is kept there
 * @param maxValueBytes the largest value of the KV store and the cache, in bytes
 * @param cacheMaxBytes the room of the cache, in bytes; 0 when Redis keeps the cache and decides
 * @param requestTimeoutMillis when a request without an answer ends, in milliseconds
 * @param maxInFlight how many requests one backend of one event loop works on at once
 * @param memoryBudget the room of all data in memory, in bytes
 * @param maxInFlightBytes the room of the requests that are being read and answered, in bytes
 * @param limits what the servers take of a client
 * @param cluster the cluster that this server is a node of; null when it runs alone
 * @param debug whether the log tells more and failures at start come with their stack trace
 */
public record Config(
    Set<String> protocols,
    String host,
    int httpPort,
    int grpcPort,
    Map<String, String> backends,
    Path dataDir,
    Durability durability,
    String redisUrl,
    RedisLayout redisLayout,
    int maxValueBytes,
    long cacheMaxBytes,
    long requestTimeoutMillis,
    int maxInFlight,
    long memoryBudget,
    long maxInFlightBytes,
    ServerLimits limits,
    @Nullable ClusterConfig cluster,
    boolean debug) {

  public Config {
    protocols = Set.copyOf(protocols);
    backends = Map.copyOf(backends);
  }

  /** The engine that keeps a service's data. */
  public String backend(String service) {
    String engine = backends.get(service);
    if (engine == null) {
      throw new IllegalArgumentException(service + " (expected: one of " + backends.keySet() + ")");
    }
    return engine;
  }

  /** Whether any service is kept by an engine. */
  public boolean uses(String engine) {
    return backends.containsValue(engine);
  }
}
