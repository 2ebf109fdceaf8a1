package io.purpledb.backend.replicated.raft;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.ratis.thirdparty.io.grpc.StatusException;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Tells in few lines what comes to the port of the replicas and is wrong. gRPC logs a stack trace
 * for each frame, message or header that is, and any stranger may send many. What its own code
 * throws passes as it is.
 */
final class RaftPortLog implements Filter {

  private static final String GRPC = "org.apache.ratis.thirdparty.io.grpc.";
  private static final String NETTY = "org.apache.ratis.thirdparty.io.netty.";

  /** Those that speak of what came, whatever they say. */
  private static final List<String> OF_BYTES =
      List.of(
          GRPC + "netty.NettyServerHandler",
          GRPC + "netty.NettyServerStream",
          GRPC + "netty.NettyServerTransport",
          GRPC + "internal.AbstractStream",
          GRPC + "internal.TransportFrameUtil",
          NETTY + "channel.DefaultChannelPipeline",
          NETTY + "handler.codec.http2.Http2ConnectionHandler",
          NETTY + "handler.ssl.SslHandler");

  /** Those that speak of defects as well; of what came by a status. */
  private static final List<String> OF_CALLS =
      List.of(
          GRPC + "internal.SerializingExecutor",
          GRPC + "internal.ServerImpl",
          GRPC + "internal.ServerCallImpl");

  /** Held, because java.util.logging forgets the filter of a logger that nobody holds. */
  private static final List<Logger> LOGGERS =
      Stream.concat(
              OF_BYTES.stream().map(name -> filtered(name, false)),
              OF_CALLS.stream().map(name -> filtered(name, true)))
          .toList();

  private static final int MAX_SHOWN = 200;

  private final boolean onlyStatus;
  private static final System.Logger LOG = System.getLogger(RaftPort.class.getName());
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AtomicLong silentUntil = new AtomicLong(System.nanoTime());

  private RaftPortLog(boolean onlyStatus) {
    this.onlyStatus = onlyStatus;
  }

  /** Makes sure that it is so: loading this class has done it. */
  static int begin() {
    return LOGGERS.size();
  }

  private static Logger filtered(String name, boolean onlyStatus) {
    Logger logger = Logger.getLogger(name);
    logger.setFilter(new RaftPortLog(onlyStatus));
    return logger;
  }

  @Override
  public boolean isLoggable(LogRecord line) {
    Throwable thrown = line.getThrown();
    if (line.getLevel().intValue() < Level.WARNING.intValue()
        || (onlyStatus && !isStatus(thrown))) {
      return true;
    }
    long now = System.nanoTime();
    long until = silentUntil.get();
    if (now - until >= 0 && silentUntil.compareAndSet(until, now + SILENCE_NANOS)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cluster: the Raft port refuses what came from somebody: {0}",
          shown(String.valueOf(thrown == null ? line.getMessage() : thrown.getMessage())));
    }
    return false;
  }

  /** A part of it may be a stranger's. */
  private static String shown(String text) {
    return text.substring(0, Math.min(text.length(), MAX_SHOWN)).replaceAll("\\p{Cntrl}", "?");
  }

  private static boolean isStatus(@Nullable Throwable thrown) {
    return thrown instanceof StatusRuntimeException || thrown instanceof StatusException;
  }
}
