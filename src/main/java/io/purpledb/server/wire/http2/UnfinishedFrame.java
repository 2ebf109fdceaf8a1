package io.purpledb.server.wire.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.purpledb.server.wire.UnfinishedPart;

/**
 * A frame of HTTP/2, or the frames of one header block, which RFC 9113 lets nothing come between
 * (section 4.3). It follows the heads of the frames only. On the way it refuses a request whose
 * stream number is not above all before it (section 5.1.1), which Netty takes for a late frame of a
 * stream that is over. On a stream that is still there it is no request, but malformed trailers,
 * for which Netty ends that stream alone.
 */
public final class UnfinishedFrame extends UnfinishedPart {

  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
  private static final int HEAD_BYTES = 9;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private int prefaceRead;
  private int headRead;
  private int payloadLeft;
  private boolean inHeaderBlock;
  private int type;
  private int flags;
  private int stream;
  private int lastStream;
  private boolean refused;

  public UnfinishedFrame(long maxMillis) {
    super(maxMillis);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    int at = bytes.readerIndex();
    while (prefaceRead < PREFACE.length && at < bytes.writerIndex()) {
      if (bytes.getByte(at++) != PREFACE[prefaceRead++]) {
        context.pipeline().remove(this); // this is not HTTP/2
        context.fireChannelRead(bytes);
        return;
      }
    }
    if (!refused) {
      follow(context, bytes, at);
    }
    if (refused) {
      bytes.release();
      return;
    }
    if (headRead > 0 || inHeaderBlock) {
      begin(context);
    }
    context.fireChannelRead(bytes);
  }

  private void follow(ChannelHandlerContext context, ByteBuf bytes, int begin) {
    int at = begin;
    while (at < bytes.writerIndex()) {
      if (headRead < HEAD_BYTES) {
        head(bytes.getUnsignedByte(at++));
        if (headRead == HEAD_BYTES && isOldStream()) {
          // What comes before must be done with to know whether the stream is there.
          int before = Math.max(0, at - HEAD_BYTES - bytes.readerIndex());
          context.fireChannelRead(bytes.readRetainedSlice(before));
          if (!isThere(context)) {
            refuse(context);
            return;
          }
        }
      } else {
        int payload = Math.min(payloadLeft, bytes.writerIndex() - at);
        payloadLeft -= payload;
        at += payload;
      }
      if (headRead == HEAD_BYTES && payloadLeft == 0) {
        frameEnded();
      }
    }
  }

  /** Length (3 bytes), type, flags, stream (4 bytes, of which the first bit is reserved). */
  private void head(int value) {
    switch (headRead++) {
      case 0 -> payloadLeft = value;
      case 1, 2 -> payloadLeft = payloadLeft << 8 | value;
      case 3 -> type = value;
      case 4 -> flags = value;
      case 5 -> stream = value & 0x7f;
      default -> stream = stream << 8 | value;
    }
  }

  private void frameEnded() {
    headRead = 0;
    if (type == HEADERS || type == CONTINUATION) {
      inHeaderBlock = (flags & END_HEADERS) == 0;
    }
    if (!inHeaderBlock) {
      end();
    }
  }

  /** Trailers come on an old stream, too, and end it. */
  private boolean isOldStream() {
    if (type != HEADERS) {
      return false;
    }
    boolean old = stream <= lastStream && (flags & END_STREAM) == 0;
    lastStream = Math.max(lastStream, stream);
    return old;
  }

  private boolean isThere(ChannelHandlerContext context) {
    Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
    return http2 != null && http2.connection().stream(stream) != null;
  }

  /** Whether a stream of this number has begun, or one above it. */
  boolean hadHeaders(int number) {
    return number <= lastStream;
  }

  private void refuse(ChannelHandlerContext context) {
    refused = true;
    Http2Exception error =
        Http2Exception.connectionError(
            Http2Error.PROTOCOL_ERROR,
            "stream: %d (expected: a number above %d)",
            stream,
            lastStream);
    Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
    if (http2 == null) { // the server does not serve HTTP/2, or not before it knows the settings
      var unused = context.close();
    } else {
      http2.onError(context.pipeline().context(http2), false, error);
    }
  }
}
