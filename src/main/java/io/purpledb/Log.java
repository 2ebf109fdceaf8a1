package io.purpledb;

import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The log: one line per event on standard error, through java.util.logging. */
final class Log {

  private static final String FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";
  private static final String FORMAT = "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n";

  /** Held, because java.util.logging forgets the level of a logger that nobody holds. */
  private static final Logger PURPLE = Logger.getLogger("io.purpledb");

  /** It says one line for each frame of a call that is over, and any client may send many. */
  private static final Logger FRAMES =
      Logger.getLogger("io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder");

  /**
   * Other loggers and the least that they may say: the engines of a cluster tell much that is their
   * own. What concerns the user, who came and who left, Purple tells.
   */
  static final Map<Logger, Level> CLUSTER =
      Map.ofEntries(
          level("org.infinispan", Level.WARNING),
          level("org.infinispan.CONFIG", Level.SEVERE), // it misses a disk
          // What they try again, or mend after a split, with a stack trace each time; and an error
          // of a split, of tables that nothing is in, when members are killed one after the other.
          level("org.infinispan.CLUSTER", Level.OFF),
          level("org.infinispan.partitionhandling", Level.SEVERE),
          level("org.infinispan.topology", Level.SEVERE),
          level("org.jgroups", Level.SEVERE),
          // By the names of their classes, which JGroups uses.
          level("io.purpledb.cluster.membership.MemberWatch", Level.SEVERE),
          level("io.purpledb.cluster.membership.MemberPing", Level.SEVERE),
          level("org.jgroups.protocols.TCP", Level.OFF),
          level("org.jboss", Level.WARNING),
          level("org.apache.ratis", Level.WARNING),
          // While a node is away, these warn of each try to reach it, hundreds of times a second;
          // Membership and Leadership say once who left and who leads.
          level("org.apache.ratis.grpc.server.GrpcLogAppender", Level.SEVERE),
          level("org.apache.ratis.grpc.server.GrpcClientProtocolService", Level.SEVERE),
          level("org.apache.ratis.grpc.server.GrpcServerProtocolService", Level.SEVERE),
          level("io.vertx.core.eventbus.impl.clustered.ClusteredEventBus", Level.SEVERE),
          // A node that stops closes its bus before it leaves; Membership tells that it left.
          level("io.vertx.core.eventbus.impl.clustered.OutboundConnection", Level.SEVERE),
          // It is answered: a codec that is not known, once for each message of a stranger.
          level("io.vertx.core.eventbus.impl.clustered.ClusteredMessage", Level.OFF),
          level("io.vertx.core.net.impl.ConnectionBase", Level.OFF));

  private Log() {}

  private static Map.Entry<Logger, Level> level(String logger, Level level) {
    return Map.entry(Logger.getLogger(logger), level);
  }

  /**
   * Sets the format, and the level: with {@code debug} everything that Purple says, in a {@code
   * cluster} little of what others say.
   */
  static void configure(boolean debug, boolean cluster) {
    if (System.getProperty(FORMAT_PROPERTY) == null) {
      System.setProperty(FORMAT_PROPERTY, FORMAT);
    }
    FRAMES.setLevel(Level.WARNING);
    if (cluster) {
      CLUSTER.forEach(Logger::setLevel);
    }
    if (debug) {
      PURPLE.setLevel(Level.ALL);
      for (Handler handler : Logger.getLogger("").getHandlers()) {
        handler.setLevel(Level.ALL);
      }
    }
  }
}
