package io.purpledb.server.wire.http1;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.purpledb.config.ServerLimits;
import io.vertx.core.net.impl.ShutdownEvent;
import org.jspecify.annotations.Nullable;

/**
 * Tells by its first bytes whether a connection is one of HTTP/1.1, and then prepares what Vert.x
 * makes for it, before its first request is read: Vert.x itself tells of it only with that request.
 * At a server that lets connections change to HTTP/2 it looks for that wish, too.
 */
public final class FirstBytes extends ChannelInboundHandlerAdapter {

  static final String PREFACE_TEXT = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static final byte[] PREFACE = PREFACE_TEXT.getBytes(US_ASCII);

  private final ServerLimits limits;
  private final boolean upgrades;
  private int prefaceRead;

  /**
   * @param upgrades whether a connection of HTTP/1.1 may become one of HTTP/2
   */
  public FirstBytes(ServerLimits limits, boolean upgrades) {
    this.limits = limits;
    this.upgrades = upgrades;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    Http2Upgrade upgrade = upgrade(bytes);
    if (upgrade != null) {
      ChannelPipeline pipeline = context.pipeline();
      pipeline.replace(this, null, upgrade);
      upgrade.begin(pipeline.context(upgrade), bytes);
      return;
    }
    int at = bytes.readerIndex();
    while (prefaceRead < PREFACE.length && at < bytes.writerIndex()) {
      if (bytes.getByte(at++) != PREFACE[prefaceRead++]) {
        beginHttp1(context, bytes, at);
        return;
      }
    }
    if (prefaceRead == PREFACE.length) {
      context.pipeline().remove(this);
    }
    context.fireChannelRead(bytes);
  }

  /** Vert.x would wait for a first byte as long as for the end of a request. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ShutdownEvent) {
      var unused = context.close();
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  /** Only of a request whose head has come in one go: else the wish is ignored, as any may be. */
  private @Nullable Http2Upgrade upgrade(ByteBuf bytes) {
    return upgrades && prefaceRead == 0 ? Http2Upgrade.of(bytes, limits.maxHeaderBytes()) : null;
  }

  /**
   * @param known where Vert.x knows, too, what this is
   */
  private void beginHttp1(ChannelHandlerContext context, ByteBuf bytes, int known) {
    ChannelPipeline pipeline = context.pipeline();
    pipeline.remove(this);
    context.fireChannelRead(bytes.readRetainedSlice(known - bytes.readerIndex()));
    NoUpgrade.addTo(pipeline, upgrades);
    if (upgrades) { // the port of HTTP
      HalfClose.addTo(pipeline);
    }
    MalformedBody.addTo(pipeline);
    Framing.addTo(pipeline);
    UnfinishedHead.addTo(pipeline, limits.headerMillis());
    context.fireChannelRead(bytes);
  }
}
