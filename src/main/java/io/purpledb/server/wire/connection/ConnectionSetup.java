package io.purpledb.server.wire.connection;

import static io.netty.handler.flush.FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.purpledb.server.wire.http2.LateStreams;
import io.purpledb.server.wire.http2.RefusedStreams;
import io.purpledb.server.wire.http2.RequestFrames;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * What a connection needs beneath Vert.x 5.0.7: fewer writes, and two defects kept from doing harm.
 * Both come from trailers, in which a gRPC status is, and which Vert.x writes without a promise: a
 * client that goes away while they wait for it to read what comes before them fails that promise.
 * One of HTTP/2 gets what keeps a single malformed, late or refused request from ending it.
 */
public final class ConnectionSetup {

  private static final Logger LOG = System.getLogger(ConnectionSetup.class.getName());

  private ConnectionSetup() {}

  /** The streams of a connection; null when it is one of HTTP/1.1. */
  public static @Nullable Http2Connection streams(HttpConnection connection) {
    Http2ConnectionHandler http2 =
        ((ConnectionBase) connection).channel().pipeline().get(Http2ConnectionHandler.class);
    return http2 == null ? null : http2.connection();
  }

  /**
   * Removes Netty's handler of idle connections, which asks for the time and makes a promise at
   * every write: another watches from now on.
   */
  public static void removeIdleHandler(HttpConnection connection) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    if (pipeline.get(IdleStateHandler.class) != null) {
      pipeline.remove(IdleStateHandler.class);
    }
  }

  /** Makes the next answer of a connection of HTTP/1 its last, and tells the client. */
  public static void endWithNextAnswer(HttpConnection connection) {
    var unused = LastAnswers.on(connection);
  }

  /** Prepares a connection that has just been accepted. */
  public static void prepare(HttpConnection connection) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    connection.exceptionHandler(
        broken -> LOG.log(Level.DEBUG, "a connection broke", broken)); // else Vert.x logs an error
    pipeline.addFirst(new StreamErrorsEndStreams());
    pipeline.addFirst(flushingOnce());
    pipeline.addFirst(new FlushingWhenFull());
    Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
    if (http2 instanceof Http2Connection.Listener listener) {
      http2.connection().removeListener(listener);
      http2.connection().addListener(new ClosingQuietly(listener));
    }
    if (http2 != null) {
      LateStreams.watch(pipeline.context(http2));
      RefusedStreams.watch(pipeline, http2);
      RequestFrames.watch(http2);
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
   * Sends what was written to a full channel. Vert.x writes the head of an answer and counts on its
   * body for the flush, but the body waits until the channel has room: the heads of 200 answers
   * alone kept it full for good.
   */
  private static final class FlushingWhenFull extends ChannelOutboundHandlerAdapter {

    private boolean due;

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      var unused = context.write(message, promise);
      if (!due && !context.channel().isWritable()) {
        due = true;
        context
            .executor()
            .execute(
                () -> {
                  due = false;
                  context.flush();
                });
      }
    }
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
