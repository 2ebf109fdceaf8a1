package io.purpledb.server.wire.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.purpledb.server.wire.Room;
import io.purpledb.server.wire.RoomShare;
import io.purpledb.server.wire.UnfinishedPart;
import io.purpledb.server.wire.http2.HeaderSize;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request line and the headers of HTTP/1.1. They have begun with a byte that comes between two
 * requests, and ended when the decoder has made something of it. Beyond a small size they need room
 * until their request is answered: without room it is refused, and no more of it is read.
 */
public final class UnfinishedHead extends UnfinishedPart {

  static final String HTTP1_ENCODER = "httpEncoder";

  /** Up to here no room is needed. */
  private static final long FREE_BYTES = 4 << 10;

  /** How many times its bytes a head takes: as they came, as text, and what is around it. */
  private static final long COPIES = 3;

  private static final long STEP_BYTES = 32 << 10;

  private final RoomShare room = new RoomShare(Room.OF_REQUESTS, COPIES * FREE_BYTES, STEP_BYTES);

  private @Nullable ChannelHandlerContext behindDecoder;
  private boolean inRequest;
  private long headBytes;
  private boolean refused;

  /**
   * Prepares a pipeline that Vert.x has just made for HTTP/1.1, before its first request. Those of
   * HTTP/2 are watched from their first byte.
   *
   * @param maxMillis from the first byte of a part to its last, or up to a quarter more
   */
  static void addTo(ChannelPipeline pipeline, long maxMillis) {
    if (pipeline.get(HTTP1_DECODER) != null) {
      UnfinishedHead head = new UnfinishedHead(maxMillis);
      pipeline.addBefore(HTTP1_DECODER, null, head);
      pipeline.addAfter(HTTP1_DECODER, null, head.decoded());
    }
  }

  public UnfinishedHead(long maxMillis) {
    super(maxMillis);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (refused) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (!inRequest) {
      boolean goesOn = isBegun();
      begin(context);
      headBytes += ((ByteBuf) message).readableBytes(); // and perhaps more than the head
      if (goesOn && !hasRoom(context)) {
        ReferenceCountUtil.release(message); // before the decoder keeps it
        return;
      }
    }
    context.fireChannelRead(message);
    if (isBegun() && !refused) {
      var unused = hasRoom(context);
    }
  }

  /** Whether there is room for what has come of a head that goes on, else it is refused. */
  private boolean hasRoom(ChannelHandlerContext context) {
    if (headBytes <= FREE_BYTES) {
      return true;
    }
    if (room.cover(COPIES * headBytes)) {
      mayGiveWay(context);
      return true;
    }
    refuse(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"), headBytes);
    context.pipeline().remove(HTTP1_DECODER); // with what it keeps
    return false;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    super.handlerRemoved(context);
    refused = true;
    room.cover(0);
  }

  /** As what is malformed: it is the last request of its connection. */
  private void refuse(HttpRequest request, long bytes) {
    refused = true;
    end();
    if (behindDecoder != null) {
      behindDecoder.fireChannelRead(
          Framing.malformed(request, HeaderSize.noRoom("headers", bytes)));
    }
  }

  private void begun(ChannelHandlerContext context, HttpRequest request) {
    long bytes = request.uri().length();
    for (Map.Entry<String, String> header : request.headers()) {
      bytes += header.getKey().length() + header.getValue().length();
    }
    if (!room.cover(COPIES * bytes)) {
      refuse(request, bytes);
      return;
    }
    if (bytes > FREE_BYTES) {
      context.pipeline().addAfter(HTTP1_ENCODER, null, new UntilAnswered());
    }
    context.fireChannelRead(request);
  }

  /** The part behind the decoder. */
  public ChannelHandler decoded() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void handlerAdded(ChannelHandlerContext context) {
        behindDecoder = context;
      }

      @Override
      public void channelRead(ChannelHandlerContext context, Object decoded) {
        if (refused) {
          ReferenceCountUtil.release(decoded);
          return;
        }
        inRequest = !(decoded instanceof LastHttpContent);
        refused = isMalformed(decoded);
        end();
        boolean large = headBytes > FREE_BYTES;
        headBytes = 0;
        if (large && decoded instanceof HttpRequest request) {
          begun(context, request);
        } else {
          context.fireChannelRead(decoded);
        }
      }
    };
  }

  /** Then the decoder throws away what comes behind it, which needs no room. */
  private static boolean isMalformed(Object decoded) {
    return decoded instanceof HttpObject part && part.decoderResult().isFailure();
  }

  /** Gives the room back with the end of the answer; other connections do not look for that. */
  private final class UntilAnswered extends ChannelOutboundHandlerAdapter {

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      boolean interim =
          message instanceof HttpResponse response
              && response.status().equals(HttpResponseStatus.CONTINUE);
      if (message instanceof LastHttpContent && !interim) {
        context.pipeline().remove(this);
        room.cover(COPIES * headBytes);
      }
      var unused = context.write(message, promise);
    }
  }
}
