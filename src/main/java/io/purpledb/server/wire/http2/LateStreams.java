package io.purpledb.server.wire.http2;

import static io.netty.handler.codec.http2.Http2Error.NO_ERROR;
import static io.netty.handler.codec.http2.Http2Error.REFUSED_STREAM;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Refuses the calls that were on their way when their client was told to go (GOAWAY), while those
 * before them are finished. Netty refuses them, too, but ends the connection with all calls for
 * what follows their headers. So it is not told of the last stream, and this resets those after it,
 * of which Netty then ignores all else.
 */
public final class LateStreams extends ChannelOutboundHandlerAdapter {

  private static final int ANY_STREAM = Integer.MAX_VALUE;

  private final Http2ConnectionHandler http2;

  private LateStreams(Http2ConnectionHandler http2) {
    this.http2 = http2;
  }

  /** Prepares a connection; what closes it from now on passes here. */
  public static void watch(ChannelHandlerContext codec) {
    LateStreams late = new LateStreams((Http2ConnectionHandler) codec.handler());
    codec.pipeline().addAfter(codec.name(), null, late);
  }

  /** Netty sends a GOAWAY at a close, unless one has been sent. */
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
    Http2Connection connection = http2.connection();
    if (context.channel().isActive() && !connection.goAwaySent()) {
      ChannelHandlerContext codec = context.pipeline().context(http2);
      int last = connection.remote().lastStreamCreated();
      connection.goAwaySent(ANY_STREAM, NO_ERROR.code(), Unpooled.EMPTY_BUFFER);
      connection.addListener(new Refusal(codec, http2, last));
      var unused =
          http2
              .encoder()
              .frameWriter()
              .writeGoAway(codec, last, NO_ERROR.code(), Unpooled.EMPTY_BUFFER, codec.newPromise());
    }
    super.close(context, promise);
  }

  private static final class Refusal extends Http2ConnectionAdapter {

    private final ChannelHandlerContext codec;
    private final Http2ConnectionHandler http2;
    private final int last;

    Refusal(ChannelHandlerContext codec, Http2ConnectionHandler http2, int last) {
      this.codec = codec;
      this.http2 = http2;
      this.last = last;
    }

    @Override
    public void onStreamActive(Http2Stream stream) {
      if (stream.id() > last) {
        // By way of the encoder, which counts the resets.
        var unused =
            http2
                .encoder()
                .writeRstStream(codec, stream.id(), REFUSED_STREAM.code(), codec.newPromise());
      }
    }
  }
}
