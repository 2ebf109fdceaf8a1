package io.purpledb.server.wire.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Asks a client of HTTP/2 to send no more of a request that has its answer, as RFC 9113, 8.1 says,
 * unless the rest has come already: it would wait for a window to send it in, and a stream that
 * never ends would keep its connection.
 */
public final class UnwantedRest extends Http2ConnectionAdapter {

  private final ChannelHandlerContext codec;
  private final Http2ConnectionHandler http2;

  private UnwantedRest(ChannelHandlerContext codec, Http2ConnectionHandler http2) {
    this.codec = codec;
    this.http2 = http2;
  }

  /** Prepares a connection of HTTP/2 that has just been accepted. */
  public static void watch(HttpConnection connection) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
    http2.connection().addListener(new UnwantedRest(pipeline.context(http2), http2));
  }

  @Override
  public void onStreamHalfClosed(Http2Stream stream) {
    if (isAnswered(stream)) {
      codec.executor().execute(() -> reset(stream)); // when what has come is read
    }
  }

  private static boolean isAnswered(Http2Stream stream) {
    return stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL;
  }

  private void reset(Http2Stream stream) {
    if (isAnswered(stream) && codec.channel().isActive()) {
      // Not by way of the encoder, which ends a connection for many resets: no harm is done here.
      var unused =
          http2.resetStream(codec, stream.id(), Http2Error.NO_ERROR.code(), codec.newPromise());
      codec.flush();
    }
  }
}
