package io.purpledb.server.wire.connection;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection on which no call has been made for long and none is open: one that was answered
 * is over, whether or not its client has sent the end of it.
 */
public interface IdleConnection {

  /** A number that changes with each call. */
  long calls();

  /** Whether a call waits for its answer, or for the rest of it. */
  boolean isCalling();

  void end();

  /**
   * Begins to watch a connection that has just been accepted.
   *
   * @param millis a connection ends after once to twice as long without a call
   */
  static void watch(HttpConnection connection, long millis) {
    Channel channel = ((ConnectionBase) connection).channel();
    Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
    IdleConnection watched =
        http2 == null ? IdleHttp1.of(channel) : new IdleHttp2(connection, http2.connection());
    Future<?> looks =
        channel
            .eventLoop()
            .scheduleAtFixedRate(new Look(watched), millis, millis, TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(closed -> looks.cancel(false));
  }

  /** Compares a connection with what it was a while ago. */
  final class Look implements Runnable {

    private final IdleConnection watched;
    private long lastCalls;

    private Look(IdleConnection watched) {
      this.watched = watched;
    }

    @Override
    public void run() {
      long calls = watched.calls();
      if (calls == lastCalls && !watched.isCalling()) {
        watched.end();
      }
      lastCalls = calls;
    }
  }
}
