package io.purpledb.server.wire.http1;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.purpledb.server.wire.UnfinishedPart;

/**
 * Answers what a client of HTTP/1.1 has asked before it closes its side of the connection (shutdown
 * with SHUT_WR, nc -N), which it may while it waits, and only then closes the connection. What
 * bounds the time of a request and of an unread answer bounds the time of such a connection. A
 * request that is not whole will never be: it is not waited for.
 */
final class HalfClose extends ChannelDuplexHandler {

  private final Channel channel;
  private long requests;
  private long answers;
  private boolean ended;

  private HalfClose(Channel channel) {
    this.channel = channel;
  }

  /** Prepares a pipeline that Vert.x has just made for HTTP/1.1, before its first request. */
  static void addTo(ChannelPipeline pipeline) {
    if (pipeline.get(UnfinishedPart.HTTP1_DECODER) != null
        && EdgeTriggered.isPossible(pipeline.channel())) {
      HalfClose halfClose = new HalfClose(pipeline.channel());
      pipeline.addBefore(UnfinishedPart.HTTP1_DECODER, null, halfClose.bytes());
      pipeline.addAfter(UnfinishedHead.HTTP1_ENCODER, null, halfClose);
      pipeline.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
  }

  /** The part before the decoder, which would make a malformed request of what is not whole. */
  private ChannelHandler bytes() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
          ended = true;
          EdgeTriggered.keep(channel);
          closeWhenAnswered();
        } else {
          context.fireUserEventTriggered(event);
        }
      }
    };
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object part) {
    if (part instanceof LastHttpContent last && last.decoderResult().isSuccess()) {
      requests++;
    }
    context.fireChannelRead(part);
  }

  @Override
  public void write(ChannelHandlerContext context, Object part, ChannelPromise promise) {
    boolean interim =
        part instanceof HttpResponse response
            && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    var unused = context.write(part, promise);
    if (part instanceof LastHttpContent && !interim) {
      answers++;
      if (ended) { // a malformed request behind this one may be answered now
        context.executor().execute(this::closeWhenAnswered);
      }
    }
  }

  /** All that is written is sent before the channel is closed: Vert.x looks after that. */
  private void closeWhenAnswered() {
    if (answers >= requests) {
      var unused = channel.close();
    }
  }
}
