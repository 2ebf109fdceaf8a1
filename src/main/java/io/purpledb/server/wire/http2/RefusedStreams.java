package io.purpledb.server.wire.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Lets a stream of HTTP/2 that is reset at its first headers, as malformed or as one too many, be
 * one that was there. To Netty it never was, so that the frames which the client sent before it
 * could read of the reset would end the connection with all other calls. They are to do no harm
 * (RFC 9113, section 5.1), and count for the connection's window.
 */
public final class RefusedStreams implements Http2LifecycleManager {

  private final Http2ConnectionHandler http2;
  private final UnfinishedFrame frames;

  private RefusedStreams(Http2ConnectionHandler http2, UnfinishedFrame frames) {
    this.http2 = http2;
    this.frames = frames;
  }

  /** Prepares a connection of which Vert.x has just told: before its first headers. */
  public static void watch(ChannelPipeline pipeline, Http2ConnectionHandler http2) {
    UnfinishedFrame frames = pipeline.get(UnfinishedFrame.class);
    if (frames != null) {
      http2.encoder().lifecycleManager(new RefusedStreams(http2, frames));
    }
  }

  @Override
  public ChannelFuture resetStream(
      ChannelHandlerContext context, int stream, long error, ChannelPromise promise) {
    Http2Connection.Endpoint<?> client = http2.connection().remote();
    if (client.isValidStreamId(stream)
        && !client.mayHaveCreatedStream(stream)
        && frames.hadHeaders(stream)) {
      beginAndEnd(client, stream);
    }
    return http2.resetStream(context, stream, error, promise);
  }

  private static void beginAndEnd(Http2Connection.Endpoint<?> client, int stream) {
    int most = client.maxActiveStreams();
    try {
      client.maxActiveStreams(Integer.MAX_VALUE); // it may be refused as one too many
      boolean halfClosed = true;
      client.createStream(stream, halfClosed).close();
    } catch (Http2Exception e) {
      // The connection is about to end: the client was told to begin no more.
    } finally {
      client.maxActiveStreams(most);
    }
  }

  @Override
  public void closeStreamLocal(Http2Stream stream, ChannelFuture future) {
    http2.closeStreamLocal(stream, future);
  }

  @Override
  public void closeStreamRemote(Http2Stream stream, ChannelFuture future) {
    http2.closeStreamRemote(stream, future);
  }

  @Override
  public void closeStream(Http2Stream stream, ChannelFuture future) {
    http2.closeStream(stream, future);
  }

  @Override
  public ChannelFuture goAway(
      ChannelHandlerContext context,
      int lastStream,
      long error,
      ByteBuf reason,
      ChannelPromise promise) {
    return http2.goAway(context, lastStream, error, reason, promise);
  }

  @Override
  public void onError(ChannelHandlerContext context, boolean outbound, Throwable cause) {
    http2.onError(context, outbound, cause);
  }
}
