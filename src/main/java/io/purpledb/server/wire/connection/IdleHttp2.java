package io.purpledb.server.wire.connection;

import io.netty.handler.codec.http2.Http2Connection;
import io.vertx.core.http.HttpConnection;
import java.util.concurrent.TimeUnit;

/**
 * A connection of HTTP/2, of which each call is a stream. Its client is told to go (GOAWAY), takes
 * that as a part of the protocol, and connects again at its next call.
 */
record IdleHttp2(HttpConnection connection, Http2Connection streams) implements IdleConnection {

  private static final int GRACE_SECONDS = 10;

  @Override
  public long calls() {
    return streams.remote().lastStreamCreated();
  }

  @Override
  public boolean isCalling() {
    return streams.numActiveStreams() > 0;
  }

  @Override
  public void end() {
    var unused = connection.shutdown(GRACE_SECONDS, TimeUnit.SECONDS);
  }
}
