package io.purpledb.server.wire.http1;

import static io.netty.handler.codec.http2.Http2CodecUtil.FRAME_HEADER_LENGTH;
import static io.netty.handler.codec.http2.Http2CodecUtil.writeFrameHeader;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import org.jspecify.annotations.Nullable;

/**
 * Changes a connection of HTTP/1.1 to HTTP/2 (RFC 7540, section 3.2), before anything else has seen
 * a byte of it: all that comes after this sees a connection that begins with HTTP/2, with the
 * settings of the request in its first frame and the request in its second. So whatever bounds such
 * connections bounds this one.
 */
final class Http2Upgrade extends ChannelInboundHandlerAdapter {

  private static final byte[] PREFACE = FirstBytes.PREFACE_TEXT.getBytes(US_ASCII);

  private static final byte[] SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
          .getBytes(US_ASCII);

  /** What a frame may have at the begin of a connection. */
  private static final int MAX_FRAME_BYTES = 16 << 10;

  private static final int SETTING_BYTES = 6;
  private static final int TYPE_AT = 3;
  private static final int STREAM = 1;

  private final ByteBuf settings;
  private final ByteBuf request;

  /** What has come of the preface and the first frame; null when they are whole. */
  private @Nullable ByteBuf begin;

  private Http2Upgrade(UpgradeRequest wish) {
    this.settings = wish.settings();
    this.request = wish.headerBlock();
  }

  /**
   * The change that the first bytes of a connection ask for; null when they ask for none, or for
   * one that is not served: of a request with a body, a malformed one, or one of which more has
   * come than its head and what may be HTTP/2.
   */
  static @Nullable Http2Upgrade of(ByteBuf first, int maxHeaderBytes) {
    UpgradeRequest wish = UpgradeRequest.of(first, maxHeaderBytes);
    if (wish == null
        || wish.headerBlock().readableBytes() > MAX_FRAME_BYTES
        || !startsPreface(first, first.readerIndex() + wish.headBytes())) {
      return null;
    }
    first.skipBytes(wish.headBytes());
    return new Http2Upgrade(wish);
  }

  /**
   * Agrees to the change.
   *
   * @param bytes what has come after the request, mostly nothing
   */
  void begin(ChannelHandlerContext context, ByteBuf bytes) {
    var unused = context.writeAndFlush(Unpooled.wrappedBuffer(SWITCHING));
    begin = context.alloc().buffer();
    channelRead(context, bytes);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf all = begin;
    if (all == null) {
      context.fireChannelRead(message);
      return;
    }
    ByteBuf bytes = (ByteBuf) message;
    all.writeBytes(bytes);
    bytes.release();
    if (!startsPreface(all, all.readerIndex())) {
      var unused = context.close();
    } else if (all.readableBytes() >= PREFACE.length + FRAME_HEADER_LENGTH) {
      int length = all.getUnsignedMedium(PREFACE.length);
      if (!isSettings(all, length)) {
        var unused = context.close();
      } else if (all.readableBytes() >= PREFACE.length + FRAME_HEADER_LENGTH + length) {
        goOn(context, all, length);
      }
    }
  }

  /** Whether what is there of a preface is one. */
  private static boolean startsPreface(ByteBuf bytes, int at) {
    int length = Math.min(PREFACE.length, bytes.writerIndex() - at);
    return ByteBufUtil.equals(bytes, at, Unpooled.wrappedBuffer(PREFACE), 0, length);
  }

  /**
   * Its first frame must be one of settings (RFC 9113, 3.4), with room for those of the request.
   */
  private boolean isSettings(ByteBuf all, int length) {
    int none = 0;
    return all.getByte(PREFACE.length + TYPE_AT) == Http2FrameTypes.SETTINGS
        && all.getByte(PREFACE.length + TYPE_AT + 1) == none
        && all.getInt(PREFACE.length + TYPE_AT + 2) == none
        && length % SETTING_BYTES == 0
        && length + settings.readableBytes() <= MAX_FRAME_BYTES;
  }

  private void goOn(ChannelHandlerContext context, ByteBuf all, int length) {
    begin = null;
    ByteBuf http2 =
        context
            .alloc()
            .buffer(all.readableBytes() + settings.readableBytes() + request.readableBytes());
    http2.writeBytes(all, PREFACE.length);
    all.skipBytes(FRAME_HEADER_LENGTH);
    writeFrameHeader(
        http2, settings.readableBytes() + length, Http2FrameTypes.SETTINGS, new Http2Flags(), 0);
    http2.writeBytes(settings).writeBytes(all, length); // those that come later count
    writeFrameHeader(
        http2,
        request.readableBytes(),
        Http2FrameTypes.HEADERS,
        new Http2Flags().endOfHeaders(true).endOfStream(true),
        STREAM);
    http2.writeBytes(request).writeBytes(all);
    all.release();
    context.pipeline().remove(this);
    context.fireChannelRead(http2);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (begin != null) {
      begin.release();
      begin = null;
    }
  }
}
