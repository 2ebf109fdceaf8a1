package io.purpledb.server.wire.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * A connection of HTTP/1.1: it counts the heads of requests that come, and the ends of answers that
 * go. An answer may come before the body of its request, of which nothing is awaited then.
 */
final class IdleHttp1 extends ChannelDuplexHandler implements IdleConnection {

  private static final String VERTX = "handler";

  private final Channel channel;
  private long requests;
  private long answers;

  private IdleHttp1(Channel channel) {
    this.channel = channel;
  }

  /** Stands where requests and answers are no bytes. */
  static IdleHttp1 of(Channel channel) {
    IdleHttp1 watched = new IdleHttp1(channel);
    channel.pipeline().addBefore(VERTX, null, watched);
    return watched;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object part) {
    if (part instanceof HttpRequest) {
      requests++;
    }
    context.fireChannelRead(part);
  }

  @Override
  public void write(ChannelHandlerContext context, Object part, ChannelPromise promise) {
    ChannelFuture written = context.write(part, promise.unvoid());
    if (part instanceof LastHttpContent) {
      written.addListener(done -> answers++); // not before its client has taken what is before it
    }
  }

  @Override
  public long calls() {
    return requests;
  }

  @Override
  public boolean isCalling() {
    return answers < requests;
  }

  @Override
  public void end() {
    var unused = channel.close();
  }
}
