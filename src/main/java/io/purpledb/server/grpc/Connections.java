package io.purpledb.server.grpc;

import static io.netty.handler.flush.FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * What a connection needs beneath Vert.x 5.0.7: fewer writes, and two defects kept from doing harm.
 * Both come from trailers, in which a gRPC status is, and which Vert.x writes without a promise: a
 * client that goes away while they wait for it to read what comes before them fails that promise.
 */
final class Connections {

  private Connections() {}

  /** Prepares a connection that has just been accepted. */
  static void prepare(HttpConnection connection) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    pipeline.addFirst(new StreamErrorsEndStreams());
    pipeline.addFirst(flushingOnce());
    Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
    if (http2 instanceof Http2Connection.Listener listener) {
      http2.connection().removeListener(listener);
      http2.connection().addListener(new ClosingQuietly(listener));
    }
  }

  /**
   * Sends the parts of an answer, and the answers of one moment, in one write to the socket. Vert.x
   * flushes twice for an answer that does not come at once, and a write is a third of a call's
   * cost.
   */
  private static FlushConsolidationHandler flushingOnce() {
    return new FlushConsolidationHandler(DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true);
  }

  /**
   * Stops an error of one stream, which has gone, before Vert.x closes the connection for it, and
   * with it all other calls.
   */
  private static final class StreamErrorsEndStreams extends ChannelInboundHandlerAdapter {

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!(cause instanceof Http2Exception.StreamException)) {
        context.fireExceptionCaught(cause);
      }
    }
  }

  /** Stops the NullPointerException of a missing promise before Netty logs it. */
  private record ClosingQuietly(Http2Connection.Listener vertx)
      implements Http2Connection.Listener {

    @Override
    public void onStreamClosed(Http2Stream stream) {
      try {
        vertx.onStreamClosed(stream);
      } catch (NullPointerException e) {
        // The last step of closing; nothing is left undone.
      }
    }

    @Override
    public void onStreamAdded(Http2Stream stream) {
      vertx.onStreamAdded(stream);
    }

    @Override
    public void onStreamActive(Http2Stream stream) {
      vertx.onStreamActive(stream);
    }

    @Override
    public void onStreamHalfClosed(Http2Stream stream) {
      vertx.onStreamHalfClosed(stream);
    }

    @Override
    public void onStreamRemoved(Http2Stream stream) {
      vertx.onStreamRemoved(stream);
    }

    @Override
    public void onGoAwaySent(int lastStreamId, long errorCode, ByteBuf debugData) {
      vertx.onGoAwaySent(lastStreamId, errorCode, debugData);
    }

    @Override
    public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
      vertx.onGoAwayReceived(lastStreamId, errorCode, debugData);
    }
  }
}
