package io.purpledb.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * Asks a client of HTTP/2 to send no more of a request that has its answer, as RFC 9113, 8.1 says,
 * when the rest has not come a moment later: until then it is read and thrown away, as most clients
 * that send little find that easier. A stream that never ends would keep its connection.
 */
public final class UnwantedRest extends Http2ConnectionAdapter {

  /** Less than it takes to be seen twice by {@link UnreadAnswers}, as if the answer waited. */
  private static final long MOMENT_MILLIS = 500;

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
      var unused =
          codec.executor().schedule(() -> reset(stream), MOMENT_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private static boolean isAnswered(Http2Stream stream) {
    return stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL;
  }

  private void reset(Http2Stream stream) {
    if (isAnswered(stream) && codec.channel().isActive()) {
      var unused =
          http2
              .encoder()
              .writeRstStream(codec, stream.id(), Http2Error.NO_ERROR.code(), codec.newPromise());
      codec.flush();
    }
  }
}
