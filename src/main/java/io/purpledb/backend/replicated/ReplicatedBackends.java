package io.purpledb.backend.replicated;

import io.purpledb.backend.Backends;
import io.purpledb.config.ClusterConfig;
import io.purpledb.engine.Engine;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps data in the memory of all nodes of a cluster. It is what the memory engine is there, and
 * has its name; all services share one {@link Replication}, which starts with the first of them.
 */
public final class ReplicatedBackends implements Backends {

  private final ClusterConfig cluster;
  private final Path dataDir;
  private final long cacheMaxBytes;
  private final long maxBytes;
  private final int maxValueBytes;
  private final InstantSource clock;
  private final long requestTimeoutMillis;
  private final Vertx vertx;
  private @Nullable Replication replication;

  /**
   * Opens nothing yet.
   *
   * @param dataDir the data directory of the server
   * @param cacheMaxBytes the room of the cache
   * @param maxBytes the room of all data, the cache's too
   * @param maxValueBytes the largest value; the same on all members
   * @param clock tells when entries expire, if this node leads
   * @param requestTimeoutMillis how long a request may take until it fails as timed out
   */
  public ReplicatedBackends(
      ClusterConfig cluster,
      Path dataDir,
      long cacheMaxBytes,
      long maxBytes,
      int maxValueBytes,
      InstantSource clock,
      long requestTimeoutMillis,
      Vertx vertx) {
    this.cluster = cluster;
    this.dataDir = dataDir;
    this.cacheMaxBytes = cacheMaxBytes;
    this.maxBytes = maxBytes;
    this.maxValueBytes = maxValueBytes;
    this.clock = clock;
    this.requestTimeoutMillis = requestTimeoutMillis;
    this.vertx = vertx;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public synchronized void open(String service) {
    if (replication == null) {
      replication =
          Replication.open(
              cluster,
              dataDir,
              cacheMaxBytes,
              maxBytes,
              maxValueBytes,
              clock,
              requestTimeoutMillis,
              vertx);
    }
  }

  /** Whether a service has been opened. */
  public synchronized boolean isOpen() {
    return replication != null;
  }

  /** This node's part, for its health. */
  public synchronized Replication replication() {
    if (replication == null) {
      throw new IllegalStateException("no service is open");
    }
    return replication;
  }

  @Override
  public Engine engine(String service) {
    return replication().engine();
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public synchronized void close() {
    if (replication != null) {
      replication.close();
      replication = null;
    }
  }
}
