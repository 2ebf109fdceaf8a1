package io.purpledb.server;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * The request line and the headers of HTTP/1.1. They have begun with a byte that comes between two
 * requests, and ended when the decoder has made something of it.
 */
final class UnfinishedHead extends UnfinishedPart {

  private boolean inRequest;

  UnfinishedHead(long maxMillis) {
    super(maxMillis);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    if (!inRequest) {
      begin(context);
    }
    context.fireChannelRead(bytes);
  }

  /** The part behind the decoder. */
  ChannelHandler decoded() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object decoded) {
        inRequest = !(decoded instanceof LastHttpContent);
        end();
        context.fireChannelRead(decoded);
      }
    };
  }
}
