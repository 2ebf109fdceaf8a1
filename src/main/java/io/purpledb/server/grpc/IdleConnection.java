package io.purpledb.server.grpc;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * Tells a client to go (GOAWAY) that has made no call on its HTTP/2 connection for long and has
 * none open. Clients take that as a part of the protocol, and connect again at their next call.
 */
final class IdleConnection {

  private static final int GRACE_SECONDS = 10;

  private final HttpConnection connection;
  private final Http2Connection streams;
  private int lastStream;

  private IdleConnection(HttpConnection connection, Http2Connection streams) {
    this.connection = connection;
    this.streams = streams;
  }

  /**
   * Begins to watch a connection that has just been accepted.
   *
   * @param millis a connection goes after once to twice as long without a call
   */
  static void watch(HttpConnection connection, long millis) {
    Channel channel = ((ConnectionBase) connection).channel();
    Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
    if (http2 != null) {
      IdleConnection watched = new IdleConnection(connection, http2.connection());
      Future<?> looks =
          channel
              .eventLoop()
              .scheduleAtFixedRate(watched::look, millis, millis, TimeUnit.MILLISECONDS);
      channel.closeFuture().addListener(closed -> looks.cancel(false));
    }
  }

  private void look() {
    int last = streams.remote().lastStreamCreated();
    if (last == lastStream && streams.numActiveStreams() == 0) {
      var unused = connection.shutdown(GRACE_SECONDS, TimeUnit.SECONDS);
    }
    lastStream = last;
  }
}
